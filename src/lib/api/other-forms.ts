import { DocumentError } from './document-error.js';

type Document = Readonly<Record<string, unknown>>;

interface OtherForm {
  is: (document: Document) => boolean;
  /** Follows the file's name. */
  says: string;
}

const has =
  (...keys: string[]) =>
  (document: Document) =>
    keys.some((key) => key in document);

/** What a tool registered with ECS can be had from ECS in a form that is read here. */
const describeIt = 'what it registered is read as `aws ecs describe-task-definition` prints it';

const otherForms: readonly OtherForm[] = [
  {
    is: has('ContainerDefinitions', 'Resources', 'AWSTemplateFormatVersion', 'Properties'),
    says: `is in CloudFormation's form; ECS's own names start with a small letter: family, containerDefinitions, image (${describeIt})`,
  },
  {
    is: has('terraform_version'),
    says: `is Terraform's state; ${describeIt}`,
  },
  {
    is: has('container_definitions'),
    says: "is in Terraform's form; ECS's own names are family, containerDefinitions, networkMode",
  },
  {
    is: has('services'),
    says: "is in Compose's form; a task definition has family and containerDefinitions",
  },
  {
    is: ({ apiVersion, kind }) => typeof apiVersion === 'string' && typeof kind === 'string',
    says: 'is in the form of Kubernetes; a task definition has family and containerDefinitions',
  },
  {
    is: ({ type, image }) => typeof type === 'string' && typeof image === 'object' && image !== null,
    says: `looks like a manifest of AWS Copilot; ${describeIt}`,
  },
  {
    is: has('taskDefinitions', 'taskDefinitionArns'),
    says: 'holds several task definitions; register one at a time',
  },
  {
    is: ({ taskDefinition }) => typeof taskDefinition === 'string',
    says: 'only names a task definition, as the input of run-task or create-service does',
  },
];

/** Documents of neighbouring tools would otherwise only give a list of unknown names. Throws DocumentError. */
export function refuseOtherForms(document: Document, source: string): void {
  if ('containerDefinitions' in document) return;
  const form = otherForms.find(({ is }) => is(document));
  if (form !== undefined) throw new DocumentError(source, form.says);
}
