{# Raises unless the model has exactly the columns of its contract. In place of the adapter's, which
   runs the model for no rows: that fills the sets of its conditions, for up to 0.8 CPU-s. #}
{% macro clickhouse__get_assert_columns_equivalent(sql) %}
    {% set described = run_query(
        'describe table (\n' ~ sql ~ '\n) ' ~ adapter.get_model_query_settings(model)
    ) %}
    {% set found, stated, types = [], [], {} %}
    {% for column in described.rows %}
        {% do found.append({'name': column[0], 'data_type': column[1]}) %}
        {% do types.update({column[0]: column[1]}) %}
    {% endfor %}
    {% for column in model['columns'].values() %}
        {% if types.get(column['name']) == column['data_type'] %}
            {% do stated.append(column['name']) %}
        {% endif %}
    {% endfor %}
    {% if stated | length != found | length or stated | length != model['columns'] | length %}
        {% do exceptions.raise_contract_error(model['columns'].values(), found) %}
    {% endif %}
{% endmacro %}
