from scene import Scene, arn, container, unique


class Definitions(Scene):
    def test_registered(self):
        family = unique("made")
        log = {"logDriver": "json-file"}
        answer = self.ecs.register_task_definition(
            family=family,
            containerDefinitions=[
                {
                    "name": "hello",
                    "image": "busybox:latest",
                    "cpu": 1024,
                    "memory": 400,
                    "essential": True,
                    "environment": [{"name": "KEY", "value": "SOME"}],
                    "logConfiguration": log,
                }
            ],
            tags=[{"key": "created-by", "value": "me"}],
        )
        made = answer["taskDefinition"]
        self.assertEqual(made["taskDefinitionArn"], arn(f"task-definition/{family}:1"))
        self.assertEqual((made["family"], made["revision"], made["status"]), (family, 1, "ACTIVE"))
        self.assertEqual(made["volumes"], [])
        self.assertEqual(made["placementConstraints"], [])
        self.assertIn("EC2", made["compatibilities"])
        self.assertIn("registeredAt", made)
        self.assertIn("registeredBy", made)
        self.assertEqual(
            made["containerDefinitions"],
            [
                {
                    "name": "hello",
                    "image": "busybox:latest",
                    "cpu": 1024,
                    "memory": 400,
                    "portMappings": [],
                    "essential": True,
                    "environment": [{"name": "KEY", "value": "SOME"}],
                    "mountPoints": [],
                    "volumesFrom": [],
                    "logConfiguration": log,
                    "systemControls": [],
                }
            ],
        )
        self.assertEqual(answer["tags"], [{"key": "created-by", "value": "me"}])

    def test_revisions_only_rise(self):
        family = unique("rise")
        self.assertEqual([self.register(family) for _ in range(3)], [f"{family}:{n}" for n in (1, 2, 3)])
        self.ecs.deregister_task_definition(taskDefinition=f"{family}:3")
        self.assertEqual(self.register(family), f"{family}:4")

    def test_described(self):
        family = unique("known")
        self.register(family, tags=[{"key": "a", "value": "b"}])
        self.register(family)
        for given, revision in (
            (family, 2),
            (f"{family}:1", 1),
            (arn(f"task-definition/{family}:1"), 1),
            (arn(f"task-definition/{family}"), 2),
        ):
            answer = self.ecs.describe_task_definition(taskDefinition=given)
            self.assertEqual(answer["taskDefinition"]["revision"], revision)
            self.assertEqual(answer.get("tags", []), [])
        answer = self.ecs.describe_task_definition(taskDefinition=f"{family}:1", include=["TAGS"])
        self.assertEqual(answer["tags"], [{"key": "a", "value": "b"}])
        for missing in ("no-such", f"{family}:9", arn("task-definition/no-such:1")):
            self.refused(
                "ClientException",
                "Unable to describe task definition.",
                self.ecs.describe_task_definition,
                taskDefinition=missing,
            )

    def test_deregistered_and_deleted(self):
        family = unique("gone")
        self.register(family)
        self.register(family)
        off = self.ecs.deregister_task_definition(taskDefinition=f"{family}:1")["taskDefinition"]
        self.assertEqual(off["status"], "INACTIVE")
        self.assertIn("deregisteredAt", off)
        listed = self.ecs.list_task_definitions(familyPrefix=family)
        self.assertEqual(listed["taskDefinitionArns"], [arn(f"task-definition/{family}:2")])
        listed = self.ecs.list_task_definitions(familyPrefix=family, status="INACTIVE")
        self.assertEqual(listed["taskDefinitionArns"], [arn(f"task-definition/{family}:1")])
        again = self.ecs.describe_task_definition(taskDefinition=f"{family}:1")["taskDefinition"]
        self.assertEqual(again["status"], "INACTIVE")
        call = self.ecs.deregister_task_definition
        self.refused("InvalidParameterException", "Revision is missing.", call, taskDefinition=family)
        self.refused(
            "InvalidParameterException",
            "Invalid revision number. Number: foo",
            call,
            taskDefinition=f"{family}:foo",
        )
        self.refused(
            "ClientException", "Unable to describe task definition.", call, taskDefinition=f"{family}:9"
        )
        if hasattr(self.ecs, "delete_task_definitions"):
            answer = self.ecs.delete_task_definitions(taskDefinitions=[f"{family}:1", f"{family}:2"])
            self.assertEqual([each["revision"] for each in answer["taskDefinitions"]], [1])
            self.assertEqual(answer["taskDefinitions"][0]["status"], "DELETE_IN_PROGRESS")
            self.assertEqual(len(answer["failures"]), 1)

    def test_lists(self):
        word = unique("list")
        for name in ("a", "b"):
            for _ in range(2):
                self.register(f"{word}{name}")
        both = [f"{word}a", f"{word}b"]
        self.assertEqual(self.ecs.list_task_definition_families(familyPrefix=word)["families"], both)
        self.assertEqual(self.ecs.list_task_definitions(familyPrefix=word)["taskDefinitionArns"], [])
        mine = [arn(f"task-definition/{word}a:{n}") for n in (1, 2)]
        listing = self.ecs.list_task_definitions
        self.assertEqual(listing(familyPrefix=both[0])["taskDefinitionArns"], mine)
        self.assertEqual(listing(familyPrefix=both[0], sort="DESC")["taskDefinitionArns"], mine[::-1])
        pages = self.ecs.get_paginator("list_task_definitions").paginate(
            familyPrefix=both[0], PaginationConfig={"PageSize": 1}
        )
        self.assertEqual([page["taskDefinitionArns"] for page in pages], [mine[:1], mine[1:]])
        for n in (1, 2):
            self.ecs.deregister_task_definition(taskDefinition=f"{word}b:{n}")
        families = self.ecs.list_task_definition_families
        self.assertEqual(families(familyPrefix=word, status="ACTIVE")["families"], both[:1])
        self.assertEqual(families(familyPrefix=word, status="INACTIVE")["families"], both[1:])
        self.assertEqual(families(familyPrefix=word, status="ALL")["families"], both)

    def test_refused(self):
        no_memory = {"name": "x", "image": "busybox"}
        self.refused(
            "ClientException",
            "Invalid setting for container 'x'. At least one of 'memory' or 'memoryReservation' must be specified.",
            self.ecs.register_task_definition,
            family="refused",
            containerDefinitions=[no_memory],
        )
        for containers in (
            [],
            [container(), container()],
            [container(essential=False)],
            [container(image="")],
            [{**container(), "name": "a b"}],
            [container(memory=4, memoryReservation=8)],
            [container(portMappings=[{"containerPort": 99999}])],
            [container(dependsOn=[{"containerName": "y", "condition": "START"}])],
            [container(mountPoints=[{"sourceVolume": "v", "containerPath": "/x"}])],
        ):
            with self.subTest(containers), self.assertRaises(
                (self.ecs.exceptions.ClientException, self.ecs.exceptions.InvalidParameterException)
            ):
                self.ecs.register_task_definition(family="refused", containerDefinitions=containers)
        for family in ("", "a b", "x" * 256):
            with self.subTest(family), self.assertRaises(self.ecs.exceptions.ClientException):
                self.register(family)
