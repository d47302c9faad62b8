"""Whether an answer, as it came over the wire, has the shape that botocore's model gives it."""

import json
from pathlib import Path

NEWER = Path(__file__).parents[2] / "fixtures" / "aws-cli" / "newer.json"
# `Structure.member` of those that ECS has got since the model of Debian's botocore, which is older than that of its AWS CLI.
newer = {*json.loads(NEWER.read_text()), "DeploymentConfiguration.alarms"}

SCALARS = {
    "string": str,
    "boolean": bool,
    "integer": int,
    "long": int,
    "float": (int, float),
    "double": (int, float),
    "timestamp": (int, float),
}


def differences(value, shape, path):
    """Lines such as `tasks[0].cpu: 64 is no string`."""
    kind = shape.type_name
    if kind == "structure":
        if not isinstance(value, dict):
            yield f"{path}: {value!r} is no structure"
            return
        for name, member in value.items():
            if name in shape.members:
                yield from differences(member, shape.members[name], f"{path}.{name}")
            elif f"{shape.name}.{name}" not in newer:
                yield f"{path}.{name}: {shape.name} has no such member"
    elif kind == "list":
        if not isinstance(value, list):
            yield f"{path}: {value!r} is no list"
            return
        for i, item in enumerate(value):
            yield from differences(item, shape.member, f"{path}[{i}]")
    elif kind == "map":
        if not isinstance(value, dict):
            yield f"{path}: {value!r} is no map"
            return
        for name, item in value.items():
            yield from differences(item, shape.value, f"{path}.{name}")
    else:
        of_kind = isinstance(value, SCALARS[kind])
        if not of_kind or (isinstance(value, bool) and kind != "boolean"):
            yield f"{path}: {value!r} is no {kind}"
        elif getattr(shape, "enum", None) and value not in shape.enum and value not in NEWER_VALUES:
            yield f"{path}: {value!r} is none of {shape.enum}"


# Values of enums that ECS has got since.
NEWER_VALUES = {
    "enhanced",
    "defaultLogDriverMode",
    "fargateEventWindows",
    "fargateFIPSMode",
    "fargateTaskRetirementWaitPeriod",
    "guardDutyActivate",
    "tagResourceAuthorization",
}


def checked(client):
    """The client, which from now on fails where an answer or an error is not as the model says."""

    def check(response_dict, parsed_response, exception, operation_name=None, context=None, **_):
        if exception is not None or response_dict is None:
            return
        assert response_dict["headers"].get("x-amzn-requestid"), "no request id"
        assert response_dict["headers"]["content-type"] == "application/x-amz-json-1.1"
        body = json.loads(response_dict["body"])
        model = client.meta.service_model.operation_model(current["operation"])
        if response_dict["status_code"] >= 300:
            assert body["__type"] in errors, f"{body} is no error of ECS"
            return
        found = list(differences(body, model.output_shape, model.name))
        assert not found, "\n".join(found)

    errors = {shape.name for shape in client.meta.service_model.error_shapes}
    current = {}

    def note(model, **_):
        current["operation"] = model.name

    client.meta.events.register("before-call.ecs.*", note)
    client.meta.events.register("response-received.ecs.*", check)
    return client
