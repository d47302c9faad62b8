"""Drives a server with boto3 and prints what it saw as JSON: serve-clients.test.ts looks at it."""

import json
import sys

import boto3

ecs = boto3.client("ecs")
soon = {"Delay": 1, "MaxAttempts": 60}
seen = {}


def shape_faults(value, shape, path):
    """What of an answer botocore's model does not have, or has in another type."""
    kind = shape.type_name
    if kind == "structure":
        if not isinstance(value, dict):
            return ["%s is no structure" % path]
        return [
            fault
            for name, member in value.items()
            if name != "ResponseMetadata"
            for fault in (
                shape_faults(member, shape.members[name], path + "." + name)
                if name in shape.members
                else ["%s.%s is not in the model" % (path, name)]
            )
        ]
    if kind == "list":
        if not isinstance(value, list):
            return ["%s is no list" % path]
        return [fault for one in value for fault in shape_faults(one, shape.member, path + "[]")]
    return []


def raw(operation, **given):
    """The answer as it is on the wire, held against the model."""
    model = ecs.meta.service_model.operation_model(operation)
    wire = {}
    ecs.meta.events.register_last(
        "after-call.ecs." + operation, lambda http_response, **_: wire.update(body=http_response.content), "raw"
    )
    answer = getattr(ecs, {"DescribeTasks": "describe_tasks"}.get(operation) or snake(operation))(**given)
    ecs.meta.events.unregister("after-call.ecs." + operation, unique_id="raw")
    faults = shape_faults(json.loads(wire["body"]), model.output_shape, operation)
    seen.setdefault("faults", []).extend(faults)
    return answer


def snake(name):
    return "".join("_" + letter.lower() if letter.isupper() else letter for letter in name).lstrip("_")


def refused(call, **given):
    try:
        call(**given)
    except ecs.exceptions.ClientError as error:
        return [type(error).__name__, error.response["Error"]["Code"], error.response["Error"]["Message"]]
    return None


raw("RegisterTaskDefinition", family="boto", containerDefinitions=[
    {"name": "main", "image": "busybox", "memory": 16, "command": ["sleep", "600"], "stopTimeout": 1}])
tasks = raw("RunTask", taskDefinition="boto", count=2, startedBy="boto3")["tasks"]
seen["began"] = [task["lastStatus"] for task in tasks]
arns = [task["taskArn"] for task in tasks]
ecs.get_waiter("tasks_running").wait(tasks=arns, WaiterConfig=soon)
described = raw("DescribeTasks", tasks=arns, include=["TAGS"])
seen["running"] = [task["lastStatus"] for task in described["tasks"]]
seen["dates"] = type(described["tasks"][0]["createdAt"]).__name__
pages = ecs.get_paginator("list_tasks").paginate(startedBy="boto3", PaginationConfig={"PageSize": 1})
seen["pages"] = [len(page["taskArns"]) for page in pages]
raw("StopTask", task=arns[0])
ecs.get_waiter("tasks_stopped").wait(tasks=arns[:1], WaiterConfig=soon)
raw("CreateService", serviceName="boto", taskDefinition="boto", desiredCount=1)
ecs.get_waiter("services_stable").wait(services=["boto"], WaiterConfig=soon)
raw("UpdateService", service="boto", desiredCount=2)
ecs.get_waiter("services_stable").wait(services=["boto"], WaiterConfig=soon)
seen["service"] = raw("DescribeServices", services=["boto", "none"])["services"][0]["runningCount"]
raw("ListServices")
raw("DescribeClusters", include=["STATISTICS", "SETTINGS", "TAGS"])
raw("DescribeContainerInstances", containerInstances=raw("ListContainerInstances")["containerInstanceArns"])
raw("DescribeTaskDefinition", taskDefinition="boto", include=["TAGS"])
raw("ListTaskDefinitions")
raw("ListTaskDefinitionFamilies")
raw("ListAttributes", targetType="container-instance")
raw("ListAccountSettings", effectiveSettings=True)
raw("DescribeCapacityProviders")
raw("DeleteService", service="boto", force=True)
ecs.get_waiter("services_inactive").wait(services=["boto"], WaiterConfig=soon)
seen["refused"] = [
    refused(ecs.describe_tasks, cluster="nowhere", tasks=["x"]),
    refused(ecs.run_task, taskDefinition="nothing"),
    refused(ecs.update_service, service="nothing"),
    refused(ecs.create_capacity_provider, name="x", autoScalingGroupProvider={"autoScalingGroupArn": "arn"}),
]
json.dump(seen, sys.stdout)
