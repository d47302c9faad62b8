import type { OperationInput, OperationOutput } from '../lib/api/operations.js';
import { askHost } from '../lib/cli/ask-hosts.js';
import { EXIT } from '../lib/cli/exit-codes.js';
import { checkJumps } from '../lib/cli/host-options.js';
import { operationCommand } from '../lib/cli/operation-command.js';
import { renderError } from '../lib/cli/render-error.js';
import type { Session } from '../lib/cli/session.js';
import { instanceTable } from '../lib/cli/tables/instance-table.js';

type Input = OperationInput<'RegisterContainerInstance'>;

export default class RegisterContainerInstance extends operationCommand('RegisterContainerInstance') {
  static override description =
    'On a terminal, a host that is not named is asked for, and tried as it is entered.';
  static override examples = [
    '<%= config.bin %> register-container-instance --host deploy@10.0.0.11 --name web1 --zone a',
    '<%= config.bin %> register-container-instance --host unix:///var/run/docker.sock',
  ];

  protected override async carryOut(input: Input, session: Session): Promise<number> {
    checkJumps(input.proxyJump);
    const isNamed =
      input.host !== undefined || input.attributes?.some(({ name }) => name === 'longshore.host');
    if (isNamed || session.remote || !session.toPeople || !session.questions)
      return super.carryOut(input, session);
    const engine = await session.engine();
    const tried = await askHost(session, session.questions, async (host) => {
      const answer = await engine.call('RegisterContainerInstance', { ...input, host });
      return answer.containerInstance ?? {};
    });
    if (tried instanceof Error) return renderError(tried, session).code;
    await this.show({ containerInstance: tried }, session, input);
    return session.progress.failedHosts.size > 0 ? EXIT.partly : EXIT.done;
  }

  protected override people(output: OperationOutput<'RegisterContainerInstance'>, session: Session): string {
    return instanceTable(output.containerInstance ? [output.containerInstance] : [], session.terminal);
  }
}
