"""Events put straight into `raw.events`, as the loader would."""

from clickhouse_connect.driver.client import Client

# Twenty people, one event a minute each, sessions of ten minutes; ids grow with time like UUIDv7.
INSERT_SQL = """
INSERT INTO raw.events
    (project_id, event_id, type, event_name, user_id, anonymous_id, timestamp, original_timestamp,
     sent_at, received_at, properties, traits, context, path, device_type, country, platform,
     load_id, _stream, _frame, _row)
SELECT
    {project_id:String},
    generateUUIDv7(number),
    if(number % 5 = 0, 'track', 'page'),
    if(number % 5 = 0, 'order_completed', 'page_view'),
    if(number % 20 < 5, concat('user-', toString(number % 20)), ''),
    concat('device-', toString(number % 20)),
    now64(3) - toIntervalSecond(3 * number) - toIntervalDay({days_ago:UInt16}) AS happened_at,
    happened_at,
    happened_at,
    now64(3),
    if(number % 5 = 0, '{"revenue": 12.5, "currency": "EUR"}', '{}'),
    '{}',
    '{}',
    concat('/page-', toString(number % 7)),
    'desktop',
    'DE',
    'web',
    {load_id:UInt64},
    1,
    {load_id:UInt64},
    number
FROM numbers({count:UInt64})
"""


def load_events(
    client: Client, project_id: str, count: int, load_id: int, *, days_ago: int = 0
) -> None:
    parameters = {
        "project_id": project_id,
        "count": count,
        "load_id": load_id,
        "days_ago": days_ago,
    }
    client.command(INSERT_SQL, parameters=parameters)
