from scene import HOSTS, OnHosts, arn, unique


class Instances(OnHosts):
    def test_registered(self):
        cluster = unique("other")
        self.ecs.create_cluster(clusterName=cluster)
        for parameters in ({}, {"attributes": [{"name": "a", "value": "b"}]}):
            with self.subTest(parameters), self.assertRaises(
                (self.ecs.exceptions.InvalidParameterException, self.ecs.exceptions.ClientException)
            ):
                self.ecs.register_container_instance(cluster=cluster, **parameters)
        self.ecs.delete_cluster(cluster=cluster)

    def test_described(self):
        one = self.instances[0]
        self.assertRegex(one, f"^{arn('container-instance/' + self.cluster)}/[0-9a-f]{{32}}$")
        for given in (one, one.split("/")[-1]):
            answer = self.ecs.describe_container_instances(
                cluster=self.cluster, containerInstances=[given, "f" * 32]
            )
            (instance,) = answer["containerInstances"]
            self.assertEqual(instance["containerInstanceArn"], one)
            self.assertEqual(
                answer["failures"],
                [{"arn": arn(f"container-instance/{self.cluster}/{'f' * 32}"), "reason": "MISSING"}],
            )
        self.assertEqual((instance["status"], instance["agentConnected"]), ("ACTIVE", True))
        self.assertEqual((instance["runningTasksCount"], instance["pendingTasksCount"]), (0, 0))
        self.assertEqual(set(instance["versionInfo"]) >= {"agentVersion", "dockerVersion"}, True)
        for member in ("version", "registeredAt", "attachments", "tags"):
            self.assertIn(member, instance)
        for kind in ("registeredResources", "remainingResources"):
            resources = {each["name"]: each for each in instance[kind]}
            self.assertEqual(set(resources), {"CPU", "MEMORY", "PORTS", "PORTS_UDP"})
            self.assertEqual(resources["CPU"]["type"], "INTEGER")
            self.assertGreater(resources["MEMORY"]["integerValue"], 0)
            self.assertEqual(resources["PORTS"]["type"], "STRINGSET")
            self.assertIsInstance(resources["PORTS"]["stringSetValue"], list)
        names = {each["name"] for each in instance["attributes"]}
        self.assertLessEqual({"ecs.os-type", "ecs.cpu-architecture"}, names)
        self.refused(
            "InvalidParameterException",
            "Container instance cannot be empty.",
            self.ecs.describe_container_instances,
            cluster=self.cluster,
            containerInstances=[],
        )

    def test_listed(self):
        pages = list(
            self.ecs.get_paginator("list_container_instances").paginate(
                cluster=self.cluster, PaginationConfig={"PageSize": 1}
            )
        )
        self.assertEqual([len(page["containerInstanceArns"]) for page in pages], [1] * len(HOSTS))
        self.assertEqual({page["containerInstanceArns"][0] for page in pages}, set(self.instances))
        listing = self.ecs.list_container_instances
        self.ecs.put_attributes(
            cluster=self.cluster,
            attributes=[
                {
                    "name": "stack",
                    "value": "production",
                    "targetType": "container-instance",
                    "targetId": self.instances[0],
                }
            ],
        )
        for filter_, expected in (
            ("attribute:stack == production", self.instances[:1]),
            ("attribute:stack exists", self.instances[:1]),
            ("attribute:stack !exists", self.instances[1:]),
            ("runningTasksCount > 5", []),
        ):
            with self.subTest(filter_):
                found = listing(cluster=self.cluster, filter=filter_)["containerInstanceArns"]
                self.assertEqual(sorted(found), sorted(expected))
        with self.assertRaises(self.ecs.exceptions.InvalidParameterException):
            listing(cluster=self.cluster, filter="nonsense ==")

    def test_drained(self):
        two = self.instances[:2]
        change = self.ecs.update_container_instances_state
        answer = change(cluster=self.cluster, containerInstances=two, status="DRAINING")
        self.assertEqual([each["status"] for each in answer["containerInstances"]], ["DRAINING"] * 2)
        self.assertEqual(answer["failures"], [])
        listing = self.ecs.list_container_instances
        draining = listing(cluster=self.cluster, status="DRAINING")["containerInstanceArns"]
        self.assertEqual(sorted(draining), sorted(two))
        active = listing(cluster=self.cluster, status="ACTIVE")["containerInstanceArns"]
        self.assertEqual(active, self.instances[2:])
        answer = change(cluster=self.cluster, containerInstances=[*two, "f" * 32], status="ACTIVE")
        self.assertEqual([each["status"] for each in answer["containerInstances"]], ["ACTIVE"] * 2)
        self.assertEqual([each["reason"] for each in answer["failures"]], ["MISSING"])
        with self.assertRaises(self.ecs.exceptions.InvalidParameterException):
            change(cluster=self.cluster, containerInstances=two, status="RUNNING")

    def test_attributes(self):
        target = {"targetType": "container-instance", "targetId": self.instances[1].split("/")[-1]}
        given = [{"name": "rack", "value": "r1", **target}, {"name": "bare", **target}]
        put = self.ecs.put_attributes(cluster=self.cluster, attributes=given)["attributes"]
        self.assertEqual({each["name"] for each in put}, {"rack", "bare"})
        listing = lambda **more: self.ecs.list_attributes(
            cluster=self.cluster, targetType="container-instance", **more
        )["attributes"]
        self.assertEqual([each["value"] for each in listing(attributeName="rack")], ["r1"])
        self.assertEqual(listing(attributeName="rack")[0]["targetId"], self.instances[1])
        self.assertEqual(listing(attributeName="rack", attributeValue="r2"), [])
        self.assertNotIn("value", listing(attributeName="bare")[0])
        pages = self.ecs.get_paginator("list_attributes").paginate(
            cluster=self.cluster, targetType="container-instance", PaginationConfig={"PageSize": 2}
        )
        self.assertGreaterEqual(len(list(pages)), 2)
        off = self.ecs.delete_attributes(cluster=self.cluster, attributes=[{"name": "bare", **target}])
        self.assertEqual([each["name"] for each in off["attributes"]], ["bare"])
        self.assertEqual(listing(attributeName="bare"), [])
        for call in (self.ecs.put_attributes, self.ecs.delete_attributes):
            with self.assertRaises(self.ecs.exceptions.TargetNotFoundException):
                call(cluster=self.cluster, attributes=[{**given[0], "targetId": "f" * 32}])

    def test_no_agent(self):
        with self.assertRaises(self.ecs.exceptions.NoUpdateAvailableException):
            self.ecs.update_container_agent(cluster=self.cluster, containerInstance=self.instances[0])

    def test_taken_out(self):
        self.refused(
            "ClusterContainsContainerInstancesException",
            "The Cluster cannot be deleted while Container Instances are active or draining.",
            self.ecs.delete_cluster,
            cluster=self.cluster,
        )
        definition = self.register(unique("stays"))
        (task,) = self.run_tasks(definition)
        self.running([task["taskArn"]])
        call = self.ecs.deregister_container_instance
        where = {"cluster": self.cluster, "containerInstance": task["containerInstanceArn"]}
        self.refused("InvalidParameterException", "Found running tasks on the instance.", call, **where)
        self.refused(
            "ClusterContainsContainerInstancesException",
            "The Cluster cannot be deleted while Container Instances are active or draining.",
            self.ecs.delete_cluster,
            cluster=self.cluster,
        )
        self.ecs.stop_task(cluster=self.cluster, task=task["taskArn"])
        self.ecs.get_waiter("tasks_stopped").wait(
            cluster=self.cluster, tasks=[task["taskArn"]], WaiterConfig={"Delay": 1}
        )
        out = call(**where)["containerInstance"]
        self.assertEqual((out["status"], out["containerInstanceArn"]), ("INACTIVE", where["containerInstance"]))
        self.assertNotIn(
            where["containerInstance"],
            self.ecs.list_container_instances(cluster=self.cluster)["containerInstanceArns"],
        )
        index = self.instances.index(where["containerInstance"])
        self.instances[index] = self.add_host(HOSTS[index])
        self.refused(
            "InvalidParameterException",
            "The referenced container instance was not found.",
            call,
            cluster=self.cluster,
            containerInstance="f" * 32,
        )
