from scene import OnHosts, arn, container, quick, unique

# What describe_task_definition tells, and register_task_definition doesn't take.
ONLY_TOLD = (
    "taskDefinitionArn",
    "revision",
    "status",
    "requiresAttributes",
    "compatibilities",
    "registeredAt",
    "registeredBy",
    "deregisteredAt",
)


class Tools(OnHosts):
    """The calls of deploy tools, one after the other, each with what the one before has answered."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.family = unique("tool")

    def describe(self, service):
        answer = self.ecs.describe_services(cluster=self.cluster, services=[service], include=["TAGS"])
        self.assertEqual(answer["failures"], [])
        return answer["services"][0]

    def next_definition(self, of, **changes):
        told = self.ecs.describe_task_definition(taskDefinition=of, include=["TAGS"])
        given = {key: value for key, value in told["taskDefinition"].items() if key not in ONLY_TOLD}
        # Some send roles that there are none of, and tags that are none.
        roles = {"taskRoleArn": "", "executionRoleArn": ""}
        main = {**given["containerDefinitions"][0], **changes}
        return self.ecs.register_task_definition(
            **{**given, **roles, "containerDefinitions": [main], "tags": told["tags"]}
        )["taskDefinition"]["taskDefinitionArn"]

    def is_deployed(self, name, definition):
        service = self.describe(name)
        if len(service["deployments"]) != 1:
            return False
        tasks = self.ecs.list_tasks(cluster=self.cluster, serviceName=name)["taskArns"]
        if not tasks:
            return service["desiredCount"] == 0
        told = self.ecs.describe_tasks(cluster=self.cluster, tasks=tasks)["tasks"]
        running = [
            task
            for task in told
            if (task["taskDefinitionArn"], task["lastStatus"]) == (definition, "RUNNING")
        ]
        return len(running) == service["desiredCount"]

    def test_deploy(self):
        name = unique("tool")
        self.register(self.family, requiresCompatibilities=["EC2"], networkMode="bridge")
        self.ecs.create_service(
            cluster=self.cluster, serviceName=name, taskDefinition=self.family, desiredCount=2, role="ecsServiceRole"
        )
        before = self.describe(name)["taskDefinition"]
        self.eventually(lambda: self.is_deployed(name, before), True)
        self.assertRegex(self.describe(name)["roleArn"], "^arn:aws:iam::[0-9]{12}:role/ecsServiceRole$")

        after = self.next_definition(before, image="busybox:latest", environment=[{"name": "A", "value": "b"}])
        self.assertEqual(after, arn(f"task-definition/{self.family}:2"))
        self.ecs.update_service(cluster=self.cluster, service=name, taskDefinition=after)
        self.eventually(lambda: self.is_deployed(name, after), True)
        deployment = self.describe(name)["deployments"][0]
        self.assertLessEqual(deployment["createdAt"], deployment["updatedAt"])
        self.ecs.deregister_task_definition(taskDefinition=before)
        listed = self.ecs.list_task_definitions(familyPrefix=self.family, status="ACTIVE", sort="ASC")
        self.assertEqual(listed["taskDefinitionArns"], [after])

        # All of a service as it was described changes nothing.
        service = self.describe(name)
        whole = {
            key: service[key]
            for key in (
                "deploymentConfiguration",
                "desiredCount",
                "enableECSManagedTags",
                "enableExecuteCommand",
                "healthCheckGracePeriodSeconds",
                "loadBalancers",
                "placementConstraints",
                "placementStrategy",
                "propagateTags",
                "serviceRegistries",
                "taskDefinition",
            )
        }
        known = self.ecs.meta.service_model.shape_for("DeploymentConfiguration").members
        whole["deploymentConfiguration"] = {
            key: value for key, value in whole["deploymentConfiguration"].items() if key in known
        }
        same = self.ecs.update_service(cluster=self.cluster, service=name, **whole)["service"]
        self.assertEqual([each["id"] for each in same["deployments"]], [deployment["id"]])

        # As Terraform takes a service away.
        self.ecs.update_service(cluster=self.cluster, service=name, desiredCount=0)
        self.ecs.delete_service(cluster=self.cluster, service=name)
        quick(self.ecs.get_waiter("services_inactive")).wait(cluster=self.cluster, services=[name])
        gone = self.ecs.delete_service(cluster=self.cluster, service=name)["service"]
        self.assertEqual(gone["status"], "INACTIVE")

    def test_job(self):
        family = unique("job")
        self.register(family, containerDefinitions=[container(command=["sh", "-c", "exit 7"])])
        (task,) = self.run_tasks(family, launchType="EC2", startedBy="tool", overrides={"containerOverrides": []})
        quick(self.ecs.get_waiter("tasks_stopped")).wait(cluster=self.cluster, tasks=[task["taskArn"]])
        (ended,) = self.ecs.describe_tasks(cluster=self.cluster, tasks=[task["taskArn"]])["tasks"]
        self.assertEqual(
            (ended["stopCode"], ended["containers"][0]["exitCode"]), ("EssentialContainerExited", 7)
        )
