import datetime

from botocore.exceptions import WaiterError
from scene import OnHosts, arn, container, quick, unique


class Tasks(OnHosts):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.family = unique("sleeper")
        cls.definition = cls.register(cls, cls.family)

    def stop(self, *arns):
        for each in arns:
            self.ecs.stop_task(cluster=self.cluster, task=each)
        quick(self.ecs.get_waiter("tasks_stopped")).wait(cluster=self.cluster, tasks=list(arns))

    def test_run(self):
        tasks = self.run_tasks(self.definition, count=2, startedBy="moto")
        self.assertEqual(len({task["taskArn"] for task in tasks}), 2)
        task = tasks[0]
        self.assertRegex(task["taskArn"], f"^{arn('task/' + self.cluster)}/[0-9a-f]{{32}}$")
        self.assertEqual(
            {
                key: task[key]
                for key in (
                    "clusterArn",
                    "taskDefinitionArn",
                    "desiredStatus",
                    "startedBy",
                    "group",
                    "launchType",
                    "attachments",
                    "overrides",
                    "tags",
                    "version",
                    "enableExecuteCommand",
                )
            },
            {
                "clusterArn": arn(f"cluster/{self.cluster}"),
                "taskDefinitionArn": arn(f"task-definition/{self.definition}"),
                "desiredStatus": "RUNNING",
                "startedBy": "moto",
                "group": f"family:{self.family}",
                "launchType": "EC2",
                "attachments": [],
                "overrides": {"containerOverrides": [{"name": "main"}], "inferenceAcceleratorOverrides": []},
                "tags": [],
                "version": 1,
                "enableExecuteCommand": False,
            },
        )
        self.assertIn(task["lastStatus"], ("PROVISIONING", "PENDING"))
        self.assertIn(task["containerInstanceArn"], self.instances)
        (main,) = task["containers"]
        self.assertEqual((main["name"], main["lastStatus"]), ("main", "PENDING"))
        self.assertEqual(main["taskArn"], task["taskArn"])
        self.assertIsInstance(main["cpu"], str)
        self.assertEqual((task["cpu"], task["memory"]), ("64", "16"))
        for absent in ("startedAt", "stoppedAt", "stoppedReason", "stopCode", "executionStoppedAt", "stoppingAt"):
            self.assertNotIn(absent, task)
        arns = [task["taskArn"] for task in tasks]
        running = self.running(arns)[0]
        self.assertEqual((running["lastStatus"], running["connectivity"]), ("RUNNING", "CONNECTED"))
        self.assertEqual(running["healthStatus"], "UNKNOWN")
        self.assertIsInstance(running["startedAt"], datetime.datetime)
        for member in ("createdAt", "pullStartedAt", "pullStoppedAt", "connectivityAt"):
            self.assertIn(member, running)
        (main,) = running["containers"]
        self.assertEqual((main["lastStatus"], main["networkBindings"]), ("RUNNING", []))
        self.assertRegex(main["runtimeId"], "^[0-9a-f]{64}$")
        cluster = self.ecs.describe_clusters(clusters=[self.cluster])["clusters"][0]
        self.assertGreaterEqual(cluster["runningTasksCount"], 2)
        self.assertEqual(cluster["registeredContainerInstancesCount"], len(self.instances))
        self.stop(*arns)
        self.assertEqual(
            self.ecs.list_tasks(cluster=self.cluster, startedBy="moto")["taskArns"], []
        )

    def test_stopped(self):
        (task,) = self.run_tasks(self.definition)
        self.running([task["taskArn"]])
        answer = self.ecs.stop_task(cluster=self.cluster, task=task["taskArn"], reason="moto testing")["task"]
        self.assertEqual((answer["desiredStatus"], answer["stoppedReason"]), ("STOPPED", "moto testing"))
        quick(self.ecs.get_waiter("tasks_stopped")).wait(cluster=self.cluster, tasks=[task["taskArn"]])
        (stopped,) = self.ecs.describe_tasks(cluster=self.cluster, tasks=[task["taskArn"]])["tasks"]
        self.assertEqual(
            (stopped["lastStatus"], stopped["stopCode"], stopped["stoppedReason"]),
            ("STOPPED", "UserInitiated", "moto testing"),
        )
        self.assertEqual(stopped["containers"][0]["exitCode"], 137)
        for member in ("stoppedAt", "stoppingAt", "executionStoppedAt"):
            self.assertIn(member, stopped)
        again = self.ecs.stop_task(cluster=self.cluster, task=task["taskArn"], reason="later")["task"]
        self.assertEqual((again["lastStatus"], again["stoppedReason"]), ("STOPPED", "moto testing"))
        self.refused(
            "InvalidParameterException",
            "The referenced task was not found.",
            self.ecs.stop_task,
            cluster=self.cluster,
            task="f" * 32,
        )

    def test_ended(self):
        definition = self.register(
            unique("ends"), containerDefinitions=[container(command=["sh", "-c", "exit 3"])]
        )
        (task,) = self.run_tasks(definition)
        quick(self.ecs.get_waiter("tasks_stopped")).wait(cluster=self.cluster, tasks=[task["taskArn"]])
        (stopped,) = self.ecs.describe_tasks(cluster=self.cluster, tasks=[task["taskArn"]])["tasks"]
        self.assertEqual(
            (stopped["stopCode"], stopped["stoppedReason"], stopped["containers"][0]["exitCode"]),
            ("EssentialContainerExited", "Essential container in task exited", 3),
        )
        with self.assertRaises(WaiterError):
            self.ecs.get_waiter("tasks_running").wait(cluster=self.cluster, tasks=[task["taskArn"]])

    def test_described(self):
        (task,) = self.run_tasks(self.definition, tags=[{"key": "k", "value": "v"}])
        missing = arn(f"task/{self.cluster}/{'f' * 32}")
        answer = self.ecs.describe_tasks(cluster=self.cluster, tasks=[task["taskArn"], "f" * 32])
        self.assertEqual(answer["failures"], [{"arn": missing, "reason": "MISSING"}])
        self.assertEqual(answer["tasks"][0]["tags"], [])
        answer = self.ecs.describe_tasks(cluster=self.cluster, tasks=[task["taskArn"]], include=["TAGS"])
        self.assertEqual(answer["tasks"][0]["tags"], [{"key": "k", "value": "v"}])
        self.refused(
            "InvalidParameterException",
            "Tasks cannot be empty.",
            self.ecs.describe_tasks,
            cluster=self.cluster,
            tasks=[],
        )
        self.stop(task["taskArn"])

    def test_overrides(self):
        overrides = {
            "containerOverrides": [
                {"name": "main", "command": ["sleep", "5"], "environment": [{"name": "A", "value": "b"}], "cpu": 32}
            ]
        }
        (task,) = self.run_tasks(self.definition, overrides=overrides, group="mine")
        self.assertEqual(task["overrides"], {**overrides, "inferenceAcceleratorOverrides": []})
        self.assertEqual(task["group"], "mine")
        with self.assertRaises(
            (self.ecs.exceptions.InvalidParameterException, self.ecs.exceptions.ClientException)
        ):
            self.ecs.run_task(
                cluster=self.cluster,
                taskDefinition=self.definition,
                overrides={"containerOverrides": [{"name": "no-such", "command": ["ls"]}]},
            )
        self.stop(task["taskArn"])

    def test_propagates_tags(self):
        definition = self.register(unique("tagged"), tags=[{"key": "of", "value": "definition"}])
        (task,) = self.run_tasks(definition, propagateTags="TASK_DEFINITION")
        self.assertEqual(task["tags"], [{"key": "of", "value": "definition"}])
        self.stop(task["taskArn"])

    def test_listed(self):
        tasks = self.run_tasks(self.definition, count=3, startedBy="lister")
        arns = sorted(task["taskArn"] for task in tasks)
        listing = lambda **filters: sorted(self.ecs.list_tasks(cluster=self.cluster, **filters)["taskArns"])
        self.assertEqual(listing(startedBy="lister"), arns)
        self.assertLessEqual(set(arns), set(listing(family=self.family)))
        self.assertEqual(listing(family="no-such"), [])
        self.assertEqual(listing(startedBy="lister", desiredStatus="STOPPED"), [])
        self.assertLessEqual(set(arns), set(listing(launchType="EC2")))
        self.assertEqual(set(listing(launchType="FARGATE")) & set(arns), set())
        with self.assertRaises(self.ecs.exceptions.ServiceNotFoundException):
            listing(serviceName="no-such")
        found = [arn_ for instance in self.instances for arn_ in listing(containerInstance=instance)]
        self.assertLessEqual(set(arns), set(found))
        pages = self.ecs.get_paginator("list_tasks").paginate(
            cluster=self.cluster, startedBy="lister", PaginationConfig={"PageSize": 1}
        )
        self.assertEqual(sorted(each for page in pages for each in page["taskArns"]), arns)
        self.stop(*arns)
        stopped = listing(family=self.family, desiredStatus="STOPPED")
        self.assertLessEqual(set(arns), set(stopped))

    def test_started(self):
        start = self.ecs.start_task
        where = {"cluster": self.cluster, "taskDefinition": self.definition}
        answer = start(**where, containerInstances=[self.instances[1].split("/")[-1]], startedBy="me")
        self.assertEqual(answer["failures"], [])
        (task,) = answer["tasks"]
        self.assertEqual(task["containerInstanceArn"], self.instances[1])
        answer = start(**where, containerInstances=["f" * 32])
        self.assertEqual(answer["tasks"], [])
        (failure,) = answer["failures"]
        missing = arn(f"container-instance/{self.cluster}/{'f' * 32}")
        self.assertEqual((failure["arn"], failure["reason"]), (missing, "MISSING"))
        with self.assertRaises(self.ecs.exceptions.InvalidParameterException):
            start(**where, containerInstances=[])
        self.stop(task["taskArn"])

    def test_launch_type(self):
        (task,) = self.run_tasks(self.definition, launchType="FARGATE", startedBy="fargate")
        self.assertEqual(task["launchType"], "FARGATE")
        listing = lambda kind: self.ecs.list_tasks(
            cluster=self.cluster, startedBy="fargate", launchType=kind
        )["taskArns"]
        self.assertEqual((listing("FARGATE"), listing("EC2")), ([task["taskArn"]], []))
        self.stop(task["taskArn"])

    def test_no_room(self):
        definition = self.register(unique("large"), containerDefinitions=[container(memory=10_000_000)])
        answer = self.ecs.run_task(cluster=self.cluster, taskDefinition=definition)
        self.assertEqual(answer["tasks"], [])
        self.assertEqual({each["reason"] for each in answer["failures"]}, {"RESOURCE:MEMORY"})
        self.assertLessEqual({each["arn"] for each in answer["failures"]}, set(self.instances))

    def test_reservations(self):
        def remaining(instance, name):
            (found,) = self.ecs.describe_container_instances(
                cluster=self.cluster, containerInstances=[instance]
            )["containerInstances"]
            return next(each for each in found["remainingResources"] if each["name"] == name)

        definition = self.register(
            unique("ports"),
            containerDefinitions=[container(portMappings=[{"containerPort": 80, "hostPort": 8123}])],
        )
        before = {each: remaining(each, "CPU")["integerValue"] for each in self.instances}
        (task,) = self.run_tasks(definition)
        instance = task["containerInstanceArn"]
        self.assertEqual(remaining(instance, "CPU")["integerValue"], before[instance] - 64)
        self.assertIn("8123", remaining(instance, "PORTS")["stringSetValue"])
        (running,) = self.running([task["taskArn"]])
        self.assertEqual(
            running["containers"][0]["networkBindings"],
            [{"bindIP": "0.0.0.0", "containerPort": 80, "hostPort": 8123, "protocol": "tcp"}],
        )
        self.stop(task["taskArn"])
        self.assertEqual(remaining(instance, "CPU")["integerValue"], before[instance])
        self.assertNotIn("8123", remaining(instance, "PORTS")["stringSetValue"])

    def test_refused(self):
        run = self.ecs.run_task
        self.refused(
            "ClientException", "TaskDefinition not found.", run, cluster=self.cluster, taskDefinition="no-such"
        )
        self.refused(
            "ClusterNotFoundException", "Cluster not found.", run, cluster="no-such", taskDefinition=self.definition
        )
        off = self.register(unique("off"))
        self.ecs.deregister_task_definition(taskDefinition=off)
        self.refused(
            "InvalidParameterException", "TaskDefinition is inactive", run, cluster=self.cluster, taskDefinition=off
        )
        for count in (0, -1):
            with self.subTest(count), self.assertRaises(self.ecs.exceptions.InvalidParameterException):
                run(cluster=self.cluster, taskDefinition=self.definition, count=count)
        self.refused(
            "InvalidParameterException",
            "Network Configuration is not valid for the given networkMode of this task definition.",
            run,
            cluster=self.cluster,
            taskDefinition=self.definition,
            networkConfiguration={"awsvpcConfiguration": {"subnets": ["subnet-1"]}},
        )
        self.refused(
            "InvalidParameterException",
            "taskId length should be one of [32,36]",
            self.ecs.stop_task,
            cluster=self.cluster,
            task="None",
        )
        empty = unique("empty")
        self.ecs.create_cluster(clusterName=empty)
        self.refused(
            "InvalidParameterException",
            "No Container Instances were found in your cluster.",
            run,
            cluster=empty,
            taskDefinition=self.definition,
        )

    def test_constraints(self):
        where = self.instances[2].split("/")[-1]
        (task,) = self.run_tasks(
            self.definition,
            placementConstraints=[{"type": "memberOf", "expression": f"ec2InstanceId == {self.ec2_id(where)}"}],
        )
        self.assertEqual(task["containerInstanceArn"], self.instances[2])
        tasks = self.run_tasks(
            self.definition,
            count=3,
            group=unique("apart"),
            placementConstraints=[{"type": "distinctInstance"}],
            placementStrategy=[{"type": "spread", "field": "instanceId"}],
        )
        self.assertEqual({each["containerInstanceArn"] for each in tasks}, set(self.instances))
        self.stop(task["taskArn"], *(each["taskArn"] for each in tasks))

    def ec2_id(self, instance):
        answer = self.ecs.describe_container_instances(cluster=self.cluster, containerInstances=[instance])
        return answer["containerInstances"][0]["ec2InstanceId"]

    def test_execute_command(self):
        (task,) = self.run_tasks(self.definition)
        self.running([task["taskArn"]])
        call = self.ecs.execute_command
        given = {"cluster": self.cluster, "command": "ls", "interactive": True}
        with self.assertRaises(self.ecs.exceptions.ClientException) as caught:
            call(**given, task=task["taskArn"])
        self.assertIn("Systems Manager", str(caught.exception))
        self.refused(
            "InvalidParameterException", "The referenced task was not found.", call, **given, task="f" * 32
        )
        self.stop(task["taskArn"])
