from botocore.exceptions import WaiterError
from scene import OnHosts, arn, container, quick, unique

NO_WAIT = {"minimumHealthyPercent": 0, "maximumPercent": 200}


class Services(OnHosts):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.family = unique("served")
        cls.definition = cls.register(cls, cls.family)

    def create(self, name, count=1, **more):
        return self.ecs.create_service(
            **{
                "cluster": self.cluster,
                "serviceName": name,
                "taskDefinition": self.definition,
                "desiredCount": count,
                "deploymentConfiguration": NO_WAIT,
                **more,
            }
        )["service"]

    def stable(self, name):
        quick(self.ecs.get_waiter("services_stable")).wait(cluster=self.cluster, services=[name])
        return self.describe(name)

    def describe(self, name, **more):
        (service,) = self.ecs.describe_services(cluster=self.cluster, services=[name], **more)["services"]
        return service

    def gone(self, name):
        self.ecs.delete_service(cluster=self.cluster, service=name, force=True)
        quick(self.ecs.get_waiter("services_inactive")).wait(cluster=self.cluster, services=[name])

    def test_life(self):
        name = unique("life")
        made = self.create(name, 2)
        self.assertEqual(
            {
                key: made.get(key)
                for key in (
                    "serviceArn",
                    "serviceName",
                    "clusterArn",
                    "loadBalancers",
                    "serviceRegistries",
                    "status",
                    "desiredCount",
                    "runningCount",
                    "pendingCount",
                    "launchType",
                    "taskDefinition",
                    "events",
                    "placementConstraints",
                    "placementStrategy",
                    "schedulingStrategy",
                    "deploymentController",
                    "enableECSManagedTags",
                    "propagateTags",
                    "enableExecuteCommand",
                )
            },
            {
                "serviceArn": arn(f"service/{self.cluster}/{name}"),
                "serviceName": name,
                "clusterArn": arn(f"cluster/{self.cluster}"),
                "loadBalancers": [],
                "serviceRegistries": [],
                "status": "ACTIVE",
                "desiredCount": 2,
                "runningCount": 0,
                "pendingCount": 0,
                "launchType": "EC2",
                "taskDefinition": arn(f"task-definition/{self.definition}"),
                "events": [],
                "placementConstraints": [],
                "placementStrategy": [],
                "schedulingStrategy": "REPLICA",
                "deploymentController": {"type": "ECS"},
                "enableECSManagedTags": False,
                "propagateTags": "NONE",
                "enableExecuteCommand": False,
            },
        )
        for member in ("createdAt", "createdBy", "deploymentConfiguration"):
            self.assertIn(member, made)
        (deployment,) = made["deployments"]
        self.assertEqual(
            (deployment["status"], deployment["desiredCount"], deployment["rolloutState"]),
            ("PRIMARY", 2, "IN_PROGRESS"),
        )
        self.assertRegex(deployment["id"], r"^ecs-svc/\d{19}$")
        self.assertEqual(
            deployment["rolloutStateReason"], f"ECS deployment {deployment['id']} in progress."
        )
        service = self.stable(name)
        self.assertEqual((service["runningCount"], service["pendingCount"]), (2, 0))
        # The waiter ends as soon as the tasks run, on AWS too.
        self.eventually(lambda: self.describe(name)["deployments"][0]["rolloutState"], "COMPLETED")
        (deployment,) = self.describe(name)["deployments"]
        self.assertEqual(
            (deployment["rolloutState"], deployment["rolloutStateReason"], deployment["runningCount"]),
            ("COMPLETED", f"ECS deployment {deployment['id']} completed.", 2),
        )
        self.eventually(
            lambda: any(
                event["message"] == f"(service {name}) has reached a steady state."
                for event in self.describe(name)["events"]
            ),
            True,
        )
        tasks = self.ecs.list_tasks(cluster=self.cluster, serviceName=name)["taskArns"]
        self.assertEqual(len(tasks), 2)
        task = self.ecs.describe_tasks(cluster=self.cluster, tasks=tasks)["tasks"][0]
        self.assertEqual((task["group"], task["startedBy"]), (f"service:{name}", deployment["id"]))

        newer = self.register(self.family)
        updated = self.ecs.update_service(
            cluster=self.cluster, service=name, taskDefinition=newer, desiredCount=1
        )["service"]
        self.assertEqual((updated["desiredCount"], len(updated["deployments"])), (1, 2))
        self.assertEqual([each["status"] for each in updated["deployments"]], ["PRIMARY", "ACTIVE"])
        service = self.stable(name)
        self.assertEqual(service["taskDefinition"], arn(f"task-definition/{newer}"))
        again = self.ecs.update_service(cluster=self.cluster, service=name, forceNewDeployment=True)["service"]
        self.assertEqual(len(again["deployments"]), 2)
        self.stable(name)
        self.refused(
            "InvalidParameterException",
            "The service cannot be stopped while it is scaled above 0.",
            self.ecs.delete_service,
            cluster=self.cluster,
            service=name,
        )
        self.ecs.update_service(cluster=self.cluster, service=name, desiredCount=0)
        self.stable(name)
        off = self.ecs.delete_service(cluster=self.cluster, service=name)["service"]
        self.assertIn(off["status"], ("DRAINING", "INACTIVE"))
        self.assertEqual(off["desiredCount"], 0)
        again = self.ecs.delete_service(cluster=self.cluster, service=name)["service"]
        self.assertIn(again["status"], ("DRAINING", "INACTIVE"))
        quick(self.ecs.get_waiter("services_inactive")).wait(cluster=self.cluster, services=[name])
        self.assertEqual(self.describe(name)["status"], "INACTIVE")
        self.refused(
            "ServiceNotActiveException",
            "Service was not ACTIVE.",
            self.ecs.update_service,
            cluster=self.cluster,
            service=name,
            desiredCount=1,
        )
        with self.assertRaises(WaiterError):
            self.ecs.get_waiter("services_stable").wait(cluster=self.cluster, services=[name])

    def test_twice(self):
        name = unique("twice")
        given = {"clientToken": unique("token")}
        first = self.create(name, 0, **given)
        self.assertEqual(self.create(name, 0, **given)["createdAt"], first["createdAt"])
        # Without the token it isn't known to be the same.
        for count in (0, 1):
            self.refused(
                "InvalidParameterException",
                "Creation of service was not idempotent.",
                self.ecs.create_service,
                cluster=self.cluster,
                serviceName=name,
                taskDefinition=self.definition,
                desiredCount=count,
                deploymentConfiguration=NO_WAIT,
            )
        self.gone(name)

    def test_described(self):
        name = unique("known")
        self.create(name, 0, tags=[{"key": "k", "value": "v"}])
        for given in (name, arn(f"service/{self.cluster}/{name}")):
            answer = self.ecs.describe_services(cluster=self.cluster, services=[given, "no-such"])
            self.assertEqual([each["serviceName"] for each in answer["services"]], [name])
            self.assertEqual(
                answer["failures"], [{"arn": arn(f"service/{self.cluster}/no-such"), "reason": "MISSING"}]
            )
            self.assertEqual(answer["services"][0].get("tags", []), [])
        self.assertEqual(self.describe(name, include=["TAGS"])["tags"], [{"key": "k", "value": "v"}])
        self.refused(
            "InvalidParameterException",
            "Services cannot be empty.",
            self.ecs.describe_services,
            cluster=self.cluster,
            services=[],
        )
        with self.assertRaises(self.ecs.exceptions.InvalidParameterException):
            self.ecs.describe_services(cluster=self.cluster, services=["x"] * 11)
        self.gone(name)

    def test_listed(self):
        names = [unique("list") for _ in range(3)]
        for name in names:
            self.create(name, 0)
        daemon = unique("daemon")
        made = self.ecs.create_service(
            cluster=self.cluster,
            serviceName=daemon,
            taskDefinition=self.definition,
            schedulingStrategy="DAEMON",
        )["service"]
        self.assertEqual(made["schedulingStrategy"], "DAEMON")
        listing = lambda **more: self.ecs.list_services(cluster=self.cluster, **more)
        arns = {arn(f"service/{self.cluster}/{name}") for name in names}
        of_daemon = arn(f"service/{self.cluster}/{daemon}")
        self.assertLessEqual(arns, set(listing(schedulingStrategy="REPLICA")["serviceArns"]))
        self.assertEqual(listing(schedulingStrategy="DAEMON")["serviceArns"], [of_daemon])
        self.assertLessEqual({*arns, of_daemon}, set(listing(launchType="EC2", maxResults=100)["serviceArns"]))
        self.assertEqual(listing(launchType="FARGATE")["serviceArns"], [])
        pages = list(
            self.ecs.get_paginator("list_services").paginate(
                cluster=self.cluster, schedulingStrategy="REPLICA", PaginationConfig={"PageSize": 2}
            )
        )
        self.assertEqual(len(pages[0]["serviceArns"]), 2)
        self.assertLessEqual(arns, {each for page in pages for each in page["serviceArns"]})
        self.eventually(lambda: self.describe(daemon)["runningCount"], len(self.instances))
        with self.assertRaises(self.ecs.exceptions.InvalidParameterException):
            self.ecs.update_service(cluster=self.cluster, service=daemon, desiredCount=2)
        for name in (*names, daemon):
            self.gone(name)

    def test_ten_by_default(self):
        names = [unique("many") for _ in range(11)]
        for name in names:
            self.create(name, 0)
        page = self.ecs.list_services(cluster=self.cluster)
        self.assertEqual(len(page["serviceArns"]), 10)
        self.assertIn("nextToken", page)
        for name in names:
            self.ecs.delete_service(cluster=self.cluster, service=name)

    def test_refused(self):
        for call in (self.ecs.update_service, self.ecs.delete_service):
            self.refused(
                "ServiceNotFoundException", "Service not found.", call, cluster=self.cluster, service="no-such"
            )
        create = self.ecs.create_service
        base = {"cluster": self.cluster, "serviceName": unique("x"), "taskDefinition": self.definition}
        self.refused(
            "ClientException",
            "TaskDefinition not found.",
            create,
            **{**base, "taskDefinition": "no-such", "desiredCount": 1},
        )
        self.refused(
            "InvalidParameterException",
            "The daemon scheduling strategy does not support a desired count for services. Remove the desired count value and try again",
            create,
            **{**base, "schedulingStrategy": "DAEMON", "desiredCount": 1},
        )
        self.refused("InvalidParameterException", "DesiredCount is missing", create, **base)
        self.refused(
            "InvalidParameterException",
            "Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again.",
            create,
            **{
                **base,
                "desiredCount": 1,
                "launchType": "EC2",
                "capacityProviderStrategy": [{"capacityProvider": "FARGATE"}],
            },
        )
        for changes in (
            {"desiredCount": -1},
            {"desiredCount": 1, "serviceName": "a b"},
            {"desiredCount": 1, "deploymentConfiguration": {"maximumPercent": 50}},
            {"desiredCount": 1, "schedulingStrategy": "OTHER"},
        ):
            with self.subTest(changes), self.assertRaises(self.ecs.exceptions.InvalidParameterException):
                create(**{**base, **changes})

    def test_cluster_with_services(self):
        name = unique("holds")
        self.create(name, 0)
        with self.assertRaises(
            (
                self.ecs.exceptions.ClusterContainsServicesException,
                self.ecs.exceptions.ClusterContainsContainerInstancesException,
            )
        ):
            self.ecs.delete_cluster(cluster=self.cluster)
        alone = unique("alone")
        self.ecs.create_cluster(clusterName=alone)
        self.ecs.create_service(
            cluster=alone, serviceName="waits", taskDefinition=self.definition, desiredCount=1
        )
        self.refused(
            "ClusterContainsServicesException",
            "The Cluster cannot be deleted while Services are active.",
            self.ecs.delete_cluster,
            cluster=alone,
        )
        self.ecs.delete_service(cluster=alone, service="waits", force=True)
        quick(self.ecs.get_waiter("services_inactive")).wait(cluster=alone, services=["waits"])
        self.assertEqual(self.ecs.delete_cluster(cluster=alone)["cluster"]["status"], "INACTIVE")
        self.gone(name)

    def test_protection(self):
        name = unique("protected")
        self.create(name, 1)
        self.stable(name)
        (task,) = self.ecs.list_tasks(cluster=self.cluster, serviceName=name)["taskArns"]
        where = {"cluster": self.cluster, "tasks": [task]}
        answer = self.ecs.update_task_protection(**where, protectionEnabled=True, expiresInMinutes=10)
        (protected,) = answer["protectedTasks"]
        self.assertEqual((protected["taskArn"], protected["protectionEnabled"]), (task, True))
        self.assertIn("expirationDate", protected)
        self.assertEqual(answer["failures"], [])
        self.assertEqual(self.ecs.get_task_protection(**where)["protectedTasks"], [protected])
        answer = self.ecs.update_task_protection(**where, protectionEnabled=False)
        self.assertEqual(answer["protectedTasks"], [{"taskArn": task, "protectionEnabled": False}])
        answer = self.ecs.get_task_protection(cluster=self.cluster, tasks=["f" * 32])
        self.assertEqual(answer["protectedTasks"], [])
        self.assertEqual([each["reason"] for each in answer["failures"]], ["MISSING"])
        self.gone(name)

    def test_circuit_breaker(self):
        name = unique("broken")
        bad = self.register(
            unique("bad"), containerDefinitions=[container(command=["no-such-program"])]
        )
        self.create(
            name,
            1,
            taskDefinition=bad,
            deploymentConfiguration={
                **NO_WAIT,
                "deploymentCircuitBreaker": {"enable": True, "rollback": False},
            },
        )
        self.eventually(lambda: self.describe(name)["deployments"][0]["rolloutState"], "FAILED", 60)
        (deployment,) = self.describe(name)["deployments"]
        self.assertEqual(
            deployment["rolloutStateReason"], "ECS deployment circuit breaker: tasks failed to start."
        )
        self.assertGreaterEqual(deployment["failedTasks"], 3)
        self.gone(name)
