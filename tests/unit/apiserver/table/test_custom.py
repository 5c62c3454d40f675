from datetime import UTC, datetime

import pytest

from kubepy.apiserver.table import custom_columns, scale_columns
from kubepy.apiserver.table.jsonpath import JSONPath, JSONPathError, printed

NOW = datetime(2026, 1, 2, 12, 30, tzinfo=UTC)
OBJECT = {
    "metadata": {"name": "o", "creationTimestamp": "2026-01-02T12:20:00Z", "annotations": {"a.b/c": "dotted"}},
    "spec": {
        "count": 3,
        "ratio": 3.14,
        "big": 1e6,
        "on": True,
        "none": None,
        "text": "hi",
        "map": {"b": "<", "a": [1, 2.0]},
        "servers": [{"hosts": ["foo"], "port": 1}, {"hosts": ["bar", "baz"], "port": 2}],
    },
    "status": {"conditions": [{"type": "Synced", "status": "False"}, {"type": "Ready", "status": "True"}]},
}


def _cell(path, kind):
    return custom_columns([{"name": "C", "type": kind, "jsonPath": path}]).cells(OBJECT, NOW)[1]


@pytest.mark.parametrize(
    ("path", "kind", "cell"),
    [
        (".spec.count", "integer", 3),
        (".spec.ratio", "integer", 3),
        (".spec.on", "integer", None),
        (".spec.text", "integer", None),
        (".spec.count", "number", 3),
        (".spec.ratio", "number", 3.14),
        (".spec.on", "number", None),
        (".spec.on", "boolean", True),
        (".spec.text", "boolean", None),
        (".spec.text", "string", "hi"),
        (".spec.count", "string", "3"),
        (".spec.big", "string", "1e+06"),
        (".spec.on", "string", "true"),
        (".spec.none", "string", "<no value>"),
        (".spec.none", "integer", None),
        (".spec.map", "string", '{"a":[1,2],"b":"\\u003c"}'),
        (".spec.missing.deeper", "string", None),
        (".metadata.creationTimestamp", "date", "10m"),
        (".spec.text", "date", "<invalid>"),
        (".spec.count", "date", None),
        (".spec.text", "other", None),
        (".spec.servers[0].hosts[0]", "string", "foo"),
        (".spec.servers[1].hosts", "string", '["bar","baz"]'),
        (".spec.servers[*].hosts", "string", '["foo"]'),
        (".spec.servers[*].hosts", "integer", None),
        (".spec.servers[5].hosts", "string", None),
        ('.status.conditions[?(@.type=="Ready")].status', "string", "True"),
        (".metadata.annotations['a\\.b/c']", "string", "dotted"),
    ],
)
def test_cells_have_the_columns_type(path, kind, cell):
    """tableconvertor.go: the first value found, null where it doesn't fit; strings print anything."""
    assert _cell(path, kind) == cell


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("", "<unknown>"),
        ("0001-01-01T00:00:00Z", "<unknown>"),
        ("2026-01-03T00:00:00Z", "<invalid>"),
        ("2026-01-02T00:00:00Z", "12h"),
    ],
)
def test_dates_are_ages(value, cell):
    """Test_cellForJSONValue."""
    printer = custom_columns([{"name": "C", "type": "date", "jsonPath": ".at"}])
    assert printer.cells({"metadata": {"name": "o"}, "at": value}, NOW) == ["o", cell]


def test_columns_say_where_they_come_from_unless_described():
    printer = custom_columns(
        [
            {"name": "A", "type": "integer", "jsonPath": ".a", "format": "int32", "priority": 1, "description": "An a"},
            {"name": "B", "type": "string", "jsonPath": ".b"},
        ]
    )
    assert [column["name"] for column in printer.columns] == ["Name", "A", "B"]
    assert printer.columns[1] == {
        "name": "A", "type": "integer", "format": "int32", "description": "An a", "priority": 1
    }  # fmt: skip
    assert printer.columns[2]["description"] == "Custom resource definition column (in JSONPath format): .b"


def test_without_columns_the_age_is_shown():
    """serveDefaultColumnsIfEmpty."""
    printer = custom_columns([])
    assert [(column["name"], column["type"]) for column in printer.columns] == [("Name", "string"), ("Age", "date")]
    assert printer.cells(OBJECT, NOW) == ["o", "10m"]


def test_scale_columns_follow_the_paths_that_are_declared():
    """getScaleColumnsForVersion."""
    printer = scale_columns({"specReplicasPath": ".spec.n", "statusReplicasPath": ".status.n"})
    assert [column["name"] for column in printer.columns] == ["Name", "Desired", "Available", "Age"]
    scale = {"metadata": {"name": "o"}, "spec": {"replicas": 3}, "status": {"replicas": 2}}
    assert printer.cells(scale, NOW) == ["o", 3, 2, None]


def test_an_unreadable_column_is_refused():
    with pytest.raises(ValueError, match=r'unrecognized column definition "\.a\[x\]"'):
        custom_columns([{"name": "C", "type": "string", "jsonPath": ".a[x]"}])


LIST = {"l": [10, 11, 12, 13], "m": {"x": 1, "y": 2}, "items": [{"n": "a", "v": 1}, {"n": "b", "v": 5}, {"v": 7}]}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        (".l[0]", [10]),
        (".l[-1]", [13]),
        (".l[-2]", [12]),
        (".l[1:3]", [11, 12]),
        (".l[-2:]", [12, 13]),
        (".l[::2]", [10, 12]),
        (".l[2:2]", []),
        (".l[*]", [10, 11, 12, 13]),
        (".l[0,2]", [10, 12]),
        ("['m']['x']", [1]),
        (".m['x', 'y']", [1, 2]),
        (".m.*", [1, 2]),
        ("$.m.x", [1]),
        ("..x", [1]),
        (".items[?(@.v>4)].v", [5, 7]),
        (".items[?(@.n)].n", ["a", "b"]),
        (".items[?(@.n=='b')].v", [5]),
        ('.items[?(@.n!="b")].v', [1]),
        (".missing[0]", []),
    ],
)
def test_paths_lead_to_values(path, found):
    """client-go util/jsonpath."""
    assert JSONPath.parse(path).find(LIST) == found


@pytest.mark.parametrize("path", [".l[4]", ".l[3:1]", ".l[::0]", ".m[0]", ".m[?(@.x)]", ".items[?(@.v==1.5)]", "range"])
def test_paths_fail_where_upstreams_do(path):
    """Indexes out of bounds, things that aren't lists, values that can't be compared."""
    with pytest.raises(JSONPathError):
        JSONPath.parse(path).find(LIST)


@pytest.mark.parametrize(
    ("path", "message"),
    [
        (".a[", "unterminated array"),
        (".a[b]", "invalid array index b"),
        (".a[?(@.b]", "unterminated filter"),
        (".a[?(@.b)", "unclosed array expect ]"),
        ("'a", "unterminated quoted string"),
        ("....a", "invalid multiple recursive descent"),
        ("#", "unrecognized character in action: U+0023 '#'"),
    ],
)
def test_malformed_paths_are_refused(path, message):
    """client-go util/jsonpath/parser.go."""
    with pytest.raises(JSONPathError) as caught:
        JSONPath.parse(path)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (3.0, "3"),
        (-0.5, "-0.5"),
        (123456.5, "123456.5"),
        (1234567.0, "1.234567e+06"),
        (0.0001, "0.0001"),
        (0.00001, "1e-05"),
        ([1e6, 1e21, 1e-7, "a&b"], '[1000000,1e+21,1e-7,"a\\u0026b"]'),
    ],
)
def test_numbers_print_as_in_go(value, text):
    """fmt.Fprint of a float64 and encoding/json differ in when they use exponents."""
    assert printed(value) == text
