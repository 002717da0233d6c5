{% macro star_rounds(pairs, stars) -%}
    {#-
        Body of the recursive CTE `stars` that finds the connected components of `pairs`
        (project_id, graph, high, low; high > low): in its last round each id is the high
        of one pair, whose low is the least id of its component, which is no high itself.
        A round links every id to the least of its neighbours, first those above it, then
        those below (Kiveris et al., Connected Components in MapReduce and Beyond, 2014),
        until nothing changes: 12 rounds for a chain of 20,000 ids in random order.
    -#}
    select
        0 as round,
        toUInt64(0) as previous_digest,
        sum(cityHash64(project_id, graph, high, low)) over () as digest,
        project_id,
        graph,
        high,
        low
    from {{ pairs }}

    union all

    select * from (
        select
            round,
            previous_digest,
            sum(cityHash64(project_id, graph, high, low)) over () as digest,
            project_id,
            graph,
            high,
            low
        from (
            select distinct
                any(round) + 1 as round,
                any(digest) as previous_digest,
                project_id,
                graph,
                arrayJoin(arrayPushBack(groupUniqArray(least_id), above)) as high,
                min(least_id) as low
            from (
                select
                    any(round) as round,
                    any(digest) as digest,
                    project_id,
                    graph,
                    arrayJoin(
                        arrayFilter(id -> id > node, groupUniqArray(neighbour))
                    ) as above,
                    least(min(neighbour), node) as least_id
                from (
                    select
                        round,
                        digest,
                        project_id,
                        graph,
                        arrayJoin([(high, low), (low, high)]) as ends,
                        ends.1 as node,
                        ends.2 as neighbour
                    from {{ stars }}
                ) as neighbours
                group by project_id, graph, node
            ) as linked_above
            group by project_id, graph, above
        ) as linked
        where high != low
    ) as next_stars
    where digest != previous_digest
{%- endmacro %}
