from scene import REGION, Scene, arn, make_client, unique


class Clusters(Scene):
    def test_created(self):
        name = unique("made")
        cluster = self.ecs.create_cluster(clusterName=name, tags=[{"key": "k", "value": "v"}])["cluster"]
        self.assertEqual(
            {key: cluster[key] for key in cluster if key not in ("settings", "tags")},
            {
                "clusterArn": arn(f"cluster/{name}"),
                "clusterName": name,
                "status": "ACTIVE",
                "registeredContainerInstancesCount": 0,
                "runningTasksCount": 0,
                "pendingTasksCount": 0,
                "activeServicesCount": 0,
                "statistics": [],
                "capacityProviders": [],
                "defaultCapacityProviderStrategy": [],
            },
        )
        self.assertEqual(cluster["tags"], [{"key": "k", "value": "v"}])
        self.assertEqual(cluster["settings"], [{"name": "containerInsights", "value": "disabled"}])

    def test_without_a_name_is_default(self):
        self.assertEqual(self.ecs.create_cluster()["cluster"]["clusterName"], "default")
        self.assertEqual(self.ecs.describe_clusters()["clusters"][0]["clusterName"], "default")

    def test_twice_is_the_same(self):
        name = unique("twice")
        first = self.ecs.create_cluster(clusterName=name)["cluster"]
        self.assertEqual(self.ecs.create_cluster(clusterName=name)["cluster"]["clusterArn"], first["clusterArn"])

    def test_names(self):
        for name in ("a b", "x" * 256, "a/b", ""):
            with self.subTest(name), self.assertRaises(self.ecs.exceptions.InvalidParameterException):
                self.ecs.create_cluster(clusterName=name)

    def test_described_by_name_and_arn(self):
        name, gone = unique("known"), unique("gone")
        self.ecs.create_cluster(clusterName=name, tags=[{"key": "k", "value": "v"}])
        for given in (name, arn(f"cluster/{name}")):
            answer = self.ecs.describe_clusters(clusters=[given, gone])
            self.assertEqual([each["clusterName"] for each in answer["clusters"]], [name])
            self.assertEqual(answer["failures"], [{"arn": arn(f"cluster/{gone}"), "reason": "MISSING"}])
            self.assertEqual(answer["clusters"][0]["tags"], [])
            self.assertEqual(answer["clusters"][0]["settings"], [])
            self.assertEqual(answer["clusters"][0]["statistics"], [])
        wanted = ["TAGS", "SETTINGS", "STATISTICS", "CONFIGURATIONS", "ATTACHMENTS"]
        cluster = self.ecs.describe_clusters(clusters=[name], include=wanted)["clusters"][0]
        self.assertEqual(cluster["tags"], [{"key": "k", "value": "v"}])
        self.assertEqual(cluster["settings"], [{"name": "containerInsights", "value": "disabled"}])
        self.assertIn(
            "runningEC2TasksCount", [statistic["name"] for statistic in cluster["statistics"]]
        )

    def test_lists_by_pages(self):
        names = [unique("page") for _ in range(5)]
        for name in names:
            self.ecs.create_cluster(clusterName=name)
        pages = list(self.ecs.get_paginator("list_clusters").paginate(PaginationConfig={"PageSize": 2}))
        self.assertGreaterEqual(len(pages), 3)
        self.assertTrue(all(len(page["clusterArns"]) <= 2 for page in pages))
        listed = [each for page in pages for each in page["clusterArns"]]
        self.assertEqual(len(listed), len(set(listed)))
        self.assertLessEqual({arn(f"cluster/{name}") for name in names}, set(listed))
        self.assertNotIn("nextToken", self.ecs.list_clusters(maxResults=100))
        with self.assertRaises(self.ecs.exceptions.InvalidParameterException):
            self.ecs.list_clusters(nextToken="nonsense")
        for size in (0, 101):
            with self.subTest(size), self.assertRaises(self.ecs.exceptions.InvalidParameterException):
                self.ecs.list_clusters(maxResults=size)

    def test_changed(self):
        name = unique("changed")
        self.ecs.create_cluster(clusterName=name)
        setting = [{"name": "containerInsights", "value": "enabled"}]
        cluster = self.ecs.update_cluster_settings(cluster=name, settings=setting)["cluster"]
        self.assertEqual(cluster["settings"], setting)
        setting = [{"name": "containerInsights", "value": "disabled"}]
        self.assertEqual(self.ecs.update_cluster(cluster=name, settings=setting)["cluster"]["settings"], setting)
        for call in (self.ecs.update_cluster, self.ecs.update_cluster_settings):
            self.refused("ClusterNotFoundException", "Cluster not found.", call, cluster="no-such", settings=setting)

    def test_deleted(self):
        name = unique("deleted")
        self.ecs.create_cluster(clusterName=name)
        self.assertEqual(self.ecs.delete_cluster(cluster=name)["cluster"]["status"], "INACTIVE")
        self.assertNotIn(arn(f"cluster/{name}"), self.ecs.list_clusters(maxResults=100)["clusterArns"])
        self.assertEqual(self.ecs.describe_clusters(clusters=[name])["clusters"][0]["status"], "INACTIVE")
        self.assertEqual(self.ecs.delete_cluster(cluster=name)["cluster"]["status"], "INACTIVE")
        self.refused(
            "ClusterNotFoundException", "Cluster not found.", self.ecs.delete_cluster, cluster="no-such"
        )
        for call, given in (
            (self.ecs.list_services, {}),
            (self.ecs.run_task, {"taskDefinition": "any"}),
            (self.ecs.create_service, {"serviceName": "any", "taskDefinition": "any", "desiredCount": 1}),
        ):
            text = "The referenced cluster was inactive."
            self.refused("ClusterNotFoundException", text, call, cluster=name, **given)

    def test_unknown_everywhere(self):
        calls = {
            "list_container_instances": {},
            "list_tasks": {},
            "list_services": {},
            "list_attributes": {"targetType": "container-instance"},
            "describe_tasks": {"tasks": ["a" * 32]},
            "describe_services": {"services": ["a"]},
            "describe_container_instances": {"containerInstances": ["a" * 32]},
            "register_container_instance": {"attributes": [{"name": "longshore.host", "value": "ssh://x"}]},
            "deregister_container_instance": {"containerInstance": "a" * 32},
            "update_container_instances_state": {"containerInstances": ["a" * 32], "status": "DRAINING"},
            "put_attributes": {"attributes": [{"name": "a", "targetId": "b" * 32}]},
            "delete_attributes": {"attributes": [{"name": "a", "targetId": "b" * 32}]},
            "stop_task": {"task": "a" * 32},
            "delete_service": {"service": "a"},
            "update_service": {"service": "a"},
            "get_task_protection": {},
            "update_task_protection": {"tasks": ["a" * 32], "protectionEnabled": True},
            "execute_command": {"task": "a" * 32, "command": "ls", "interactive": True},
            "tag_resource": {"resourceArn": arn("cluster/no-such"), "tags": [{"key": "a"}]},
        }
        for name, parameters in calls.items():
            given = parameters if name == "tag_resource" else {"cluster": "no-such", **parameters}
            with self.subTest(name):
                call = getattr(self.ecs, name)
                self.refused("ClusterNotFoundException", "Cluster not found.", call, **given)

    def test_region_of_the_signature(self):
        name = unique("region")
        other = make_client("ap-southeast-2")
        self.assertEqual(
            other.create_cluster(clusterName=name)["cluster"]["clusterArn"],
            arn(f"cluster/{name}").replace(REGION, "ap-southeast-2"),
        )

    def test_what_only_aws_has(self):
        with self.assertRaises(self.ecs.exceptions.UnsupportedFeatureException):
            self.ecs.create_capacity_provider(
                name="x", autoScalingGroupProvider={"autoScalingGroupArn": "arn:aws:autoscaling:x"}
            )
        providers = self.ecs.describe_capacity_providers()["capacityProviders"]
        self.assertEqual([each["name"] for each in providers], ["FARGATE", "FARGATE_SPOT"])
