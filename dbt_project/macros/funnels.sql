{#- Conditions of saved funnels, evaluated on columns of fct_events as data. -#}

{% macro funnel_fields() -%}
    {{ return([
        'event_name', 'path', 'url', 'title', 'country', 'device_type', 'browser', 'os',
        'platform', 'app_version', 'locale', 'channel', 'utm_source', 'utm_medium',
        'utm_campaign', 'utm_term', 'utm_content', 'referrer_domain', 'currency', 'group_id',
    ]) }}
{%- endmacro %}


{% macro field_text(field) -%}
    {#- Value of a field as text; '' where it is missing. -#}
    multiIf(
        startsWith({{ field }}, 'properties.'),
        JSONExtract(properties, substring({{ field }}, 12), 'String'),
        {% for name in funnel_fields() -%}
        {{ field }} = '{{ name }}', toString({{ name }}),
        {% endfor -%}
        ''
    )
{%- endmacro %}


{% macro condition_holds(value, operator, wanted) -%}
    {#- neq, not_in and not_contains also hold where the value is missing. -#}
    multiIf(
        {{ operator }} in ('eq', 'in'),
        has({{ wanted }}, {{ value }}),
        {{ operator }} in ('neq', 'not_in'),
        not has({{ wanted }}, {{ value }}),
        {{ operator }} = 'contains',
        positionCaseInsensitiveUTF8({{ value }}, {{ wanted }}[1]) > 0,
        {{ operator }} = 'not_contains',
        positionCaseInsensitiveUTF8({{ value }}, {{ wanted }}[1]) = 0,
        {{ operator }} = 'starts_with',
        startsWith(lowerUTF8({{ value }}), lowerUTF8({{ wanted }}[1])),
        {{ operator }} = 'is_set', {{ value }} != '',
        {{ operator }} = 'is_not_set', {{ value }} = '',
        toFloat64OrNull({{ value }}) is null, false,
        {{ operator }} = 'gt',
        toFloat64OrZero({{ value }}) > toFloat64OrZero({{ wanted }}[1]),
        {{ operator }} = 'gte',
        toFloat64OrZero({{ value }}) >= toFloat64OrZero({{ wanted }}[1]),
        {{ operator }} = 'lt',
        toFloat64OrZero({{ value }}) < toFloat64OrZero({{ wanted }}[1]),
        {{ operator }} = 'lte',
        toFloat64OrZero({{ value }}) <= toFloat64OrZero({{ wanted }}[1]),
        {{ operator }} = 'between',
        toFloat64OrZero({{ value }}) between toFloat64OrZero({{ wanted }}[1])
        and toFloat64OrZero({{ wanted }}[2]),
        false
    )
{%- endmacro %}


{% macro window_deadline(occurred_at, size, unit) -%}
    {#-
        Last instant of the window, in ms: days are 24 h; months, quarters and years are
        those of the project's calendar, with the day clamped.
    -#}
    {%- set local_at -%}
    {{ occurred_at }} + toIntervalSecond(
        arrayLast(change -> change.1 <= {{ occurred_at }}, utc_offsets).2
    )
    {%- endset -%}
    {%- set local_end -%}
    addMonths(
        {{ local_at }},
        {{ size }} * transform({{ unit }}, ['month', 'quarter', 'year'], [1, 3, 12], 0)
    )
    {%- endset -%}
    if(
        {{ unit }} in ('month', 'quarter', 'year'),
        toUnixTimestamp64Milli({{ local_end }})
        - 1000 * arrayLast(
            change -> change.1 + toIntervalSecond(change.2) <= {{ local_end }},
            utc_offsets
        ).2,
        toUnixTimestamp64Milli({{ occurred_at }})
        + {{ size }} * transform(
            {{ unit }},
            ['second', 'minute', 'hour', 'day', 'week'],
            [1000, 60000, 3600000, 86400000, 604800000],
            0
        )
    )
{%- endmacro %}


{% macro steps_advanced(masks, level, step_count) -%}
    {#-
        How many steps after `level` the events of one millisecond serve, in any order,
        each event one step. masks[i] has bit k - 1 set when event i may serve step k.
        One event serves at most one step. Where every event fits one step only, it is the
        run of steps that occur. In general (Hall): the next j steps can be served if, of
        any subset of them, as many events fit some step as the subset has steps.
    -#}
    multiIf(
        length({{ masks }}) = 1,
        toUInt8(bitTest({{ masks }}[1], {{ level }})),
        arrayAll(mask -> bitCount(mask) = 1, {{ masks }}),
        toUInt8(bitCount(bitXor(
            bitShiftRight(toUInt32(arrayReduce('groupBitOr', {{ masks }})), {{ level }}),
            bitShiftRight(toUInt32(arrayReduce('groupBitOr', {{ masks }})), {{ level }})
            + 1
        )) - 1),
        toUInt8(arrayCount(
            size -> arrayAll(
                subset -> arrayCount(
                    mask -> bitAnd(mask, bitShiftLeft(subset, {{ level }})) != 0,
                    {{ masks }}
                ) >= bitCount(subset),
                range(toUInt32(1), bitShiftLeft(toUInt32(1), size))
            ),
            range(
                1,
                toUInt8(least(
                    toInt64(length({{ masks }})),
                    toInt64({{ step_count }}) - toInt64({{ level }})
                ) + 1)
            )
        ))
    )
{%- endmacro %}


{% macro reached_times(instant, later, level) -%}
    {#- Time at which each step is reached: now up to `level`, and as `later` says above. -#}
    arrayMap(
        (step, reached_ms) -> if(step <= {{ level }}, {{ instant }}.1, reached_ms),
        arrayEnumerate({{ later }}),
        {{ later }}
    )
{%- endmacro %}


{% macro best_of_day(attempts, instant) -%}
    {#-
        Adds the attempt that starts now. Going back in time it replaces the one noted for
        the day unless it gets less far: the furthest counts, the earliest among equals.
    -#}
    {%- set reached -%}
    arrayFilter(
        reached_ms -> reached_ms <= {{ instant }}.2,
        {{ reached_times(instant, 'state.1[' ~ instant ~ '.4[1]]', instant ~ '.4[1]') }}
    )
    {%- endset -%}
    multiIf(
        empty({{ attempts }}) or {{ attempts }}[-1].1 != {{ instant }}.3,
        arrayPushBack({{ attempts }}, ({{ instant }}.3, {{ reached }})),
        length({{ reached }}) >= length({{ attempts }}[-1].2),
        arrayPushBack(
            arrayPopBack({{ attempts }}), ({{ instant }}.3, {{ reached }})
        ),
        {{ attempts }}
    )
{%- endmacro %}
