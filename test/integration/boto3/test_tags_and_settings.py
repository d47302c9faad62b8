from scene import OnHosts, Scene, arn, unique


class Tags(OnHosts):
    def test_on_each_kind(self):
        definition = self.register(unique("tagged"))
        service = self.ecs.create_service(
            cluster=self.cluster, serviceName=unique("tagged"), taskDefinition=definition, desiredCount=0
        )["service"]["serviceArn"]
        (task,) = self.run_tasks(definition)
        for resource in (
            arn(f"cluster/{self.cluster}"),
            arn(f"task-definition/{definition}"),
            self.instances[0],
            service,
            task["taskArn"],
        ):
            with self.subTest(resource):
                tags = [{"key": "a", "value": "1"}, {"key": "b", "value": "2"}]
                answer = self.ecs.tag_resource(resourceArn=resource, tags=tags)
                self.assertEqual(set(answer), {"ResponseMetadata"})
                listing = lambda: self.ecs.list_tags_for_resource(resourceArn=resource)["tags"]
                self.assertEqual(listing(), tags)
                self.ecs.tag_resource(resourceArn=resource, tags=[{"key": "b", "value": "3"}])
                self.assertEqual(listing(), [{"key": "a", "value": "1"}, {"key": "b", "value": "3"}])
                self.ecs.untag_resource(resourceArn=resource, tagKeys=["a", "unknown"])
                self.assertEqual(listing(), [{"key": "b", "value": "3"}])

    def test_refused(self):
        cluster = arn(f"cluster/{self.cluster}")
        for tags in (
            [{"key": "a", "value": "1"}, {"key": "a", "value": "2"}],
            [{"key": "aws:x", "value": "1"}],
            [{"key": "x" * 129, "value": "1"}],
            [{"key": "x", "value": "v" * 257}],
        ):
            with self.subTest(tags), self.assertRaises(self.ecs.exceptions.InvalidParameterException):
                self.ecs.tag_resource(resourceArn=cluster, tags=tags)
        gone = arn(f"service/{self.cluster}/gone")
        with self.assertRaises(self.ecs.exceptions.ResourceNotFoundException):
            self.ecs.tag_resource(resourceArn=gone, tags=[{"key": "a", "value": "b"}])
        with self.assertRaises(self.ecs.exceptions.InvalidParameterException):
            self.ecs.list_tags_for_resource(resourceArn=gone)
        with self.assertRaises(self.ecs.exceptions.InvalidParameterException):
            self.ecs.tag_resource(resourceArn="nonsense", tags=[{"key": "a", "value": "b"}])


class Settings(Scene):
    def test_settings(self):
        name = "taskLongArnFormat"
        insights = "containerInsights"
        self.addCleanup(self.ecs.put_account_setting_default, name=insights, value="disabled")
        put = self.ecs.put_account_setting(name=insights, value="enabled")["setting"]
        self.assertEqual((put["name"], put["value"]), (insights, "enabled"))
        self.assertRegex(put["principalArn"], "^arn:aws:iam::")
        listing = lambda **more: self.ecs.list_account_settings(**more)["settings"]
        self.assertEqual([each["value"] for each in listing(name=insights)], ["enabled"])
        self.assertEqual([each["value"] for each in listing(name=insights, value="disabled")], [])
        effective = listing(effectiveSettings=True)
        self.assertEqual(len(effective), 10)
        off = self.ecs.delete_account_setting(name=insights)["setting"]
        self.assertEqual(off["name"], insights)
        self.assertEqual(listing(name=insights), [])
        pages = self.ecs.get_paginator("list_account_settings").paginate(
            effectiveSettings=True, PaginationConfig={"PageSize": 3}
        )
        self.assertIn(name, [each["name"] for page in pages for each in page["settings"]])
        put = self.ecs.put_account_setting_default(name=insights, value="enabled")["setting"]
        self.assertEqual(put["value"], "enabled")
        for given in ({"name": "nonsense", "value": "enabled"}, {"name": insights, "value": "nonsense"}):
            with self.subTest(given), self.assertRaises(self.ecs.exceptions.InvalidParameterException):
                self.ecs.put_account_setting(**given)
