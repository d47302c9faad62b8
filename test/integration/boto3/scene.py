"""What the tests have in common: a client of the server under test, hosts, names of their own."""

import itertools
import os
import time
import unittest
import uuid

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
from shapes import checked

HOSTS = os.environ["LONGSHORE_TEST_HOSTS"].split()
REGION = os.environ.get("AWS_DEFAULT_REGION", "eu-west-1")
ACCOUNT = "000000000000"
counter = itertools.count()


def make_client(region=REGION):
    """Of the server at LONGSHORE_TEST_ENDPOINT, with the environment's keys."""
    return checked(
        boto3.client(
            "ecs",
            region_name=region,
            endpoint_url=os.environ["LONGSHORE_TEST_ENDPOINT"],
            config=Config(retries={"total_max_attempts": 1}),
        )
    )


def arn(what):
    return f"arn:aws:ecs:{REGION}:{ACCOUNT}:{what}"


def unique(word):
    return f"{word}-{uuid.uuid4().hex[:6]}-{next(counter)}"


def quick(waiter):
    """A waiter that looks every half second for up to a minute."""
    waiter.config.delay = 0.5
    waiter.config.max_attempts = 120
    return waiter


def container(**changes):
    base = {
        "name": "main",
        "image": "busybox",
        "cpu": 64,
        "memory": 16,
        "essential": True,
        "command": ["sleep", "600"],
        "stopTimeout": 1,
    }
    return {**base, **changes}


class Scene(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.ecs = make_client()

    def refused(self, code, text, call, **parameters):
        """The call is refused with an exception of that class, and that text."""
        with self.assertRaises(ClientError) as caught:
            call(**parameters)
        error = caught.exception
        self.assertEqual((error.response["Error"]["Code"], error.response["Error"]["Message"]), (code, text))
        self.assertEqual(error.response["ResponseMetadata"]["HTTPStatusCode"], 400)
        known = getattr(self.ecs.exceptions, code, None)
        if known is not None:
            self.assertIsInstance(error, known)

    def eventually(self, seen, wanted, seconds=40):
        end = time.monotonic() + seconds
        while True:
            now = seen()
            if now == wanted or time.monotonic() > end:
                return self.assertEqual(now, wanted)
            time.sleep(0.3)

    def register(self, family, **changes):
        """`family:revision`"""
        answer = self.ecs.register_task_definition(
            **{"family": family, "containerDefinitions": [container()], **changes}
        )["taskDefinition"]
        return f"{answer['family']}:{answer['revision']}"


class OnHosts(Scene):
    """With a cluster of all hosts; what it still has at the end goes with it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cluster = unique("hosts")
        cls.ecs.create_cluster(clusterName=cls.cluster)
        cls.addClassCleanup(cls.empty)
        cls.instances = [cls.add_host(host) for host in HOSTS]

    @classmethod
    def add_host(cls, host):
        answer = cls.ecs.register_container_instance(
            cluster=cls.cluster, attributes=[{"name": "longshore.host", "value": host}]
        )
        return answer["containerInstance"]["containerInstanceArn"]

    @classmethod
    def empty(cls):
        ecs, cluster = cls.ecs, cls.cluster
        services = ecs.list_services(cluster=cluster, maxResults=100)["serviceArns"]
        for service in services:
            ecs.delete_service(cluster=cluster, service=service, force=True)
        for page in ecs.get_paginator("list_tasks").paginate(cluster=cluster):
            for task in page["taskArns"]:
                ecs.stop_task(cluster=cluster, task=task)
        for some in (services[i : i + 10] for i in range(0, len(services), 10)):
            quick(ecs.get_waiter("services_inactive")).wait(cluster=cluster, services=some)
        for page in ecs.get_paginator("list_container_instances").paginate(cluster=cluster):
            for instance in page["containerInstanceArns"]:
                ecs.deregister_container_instance(cluster=cluster, containerInstance=instance, force=True)
        ecs.delete_cluster(cluster=cluster)

    def run_tasks(self, definition, **parameters):
        answer = self.ecs.run_task(cluster=self.cluster, taskDefinition=definition, **parameters)
        self.assertEqual(answer["failures"], [])
        return answer["tasks"]

    def running(self, arns):
        quick(self.ecs.get_waiter("tasks_running")).wait(cluster=self.cluster, tasks=arns)
        return self.ecs.describe_tasks(cluster=self.cluster, tasks=arns)["tasks"]
