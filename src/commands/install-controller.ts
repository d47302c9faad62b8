import type { OperationInput, OperationOutput } from '../lib/api/operations.js';
import { isMeant, yesFlag } from '../lib/cli/confirm.js';
import {
  controllerDone,
  controllerQuestion,
  printController,
  settingsForHost,
  tellOfVersion,
  userUnitFlag,
} from '../lib/cli/controller-verb.js';
import { EXIT } from '../lib/cli/exit-codes.js';
import { operationCommand } from '../lib/cli/operation-command.js';
import type { Session } from '../lib/cli/session.js';

type Input = OperationInput<'InstallController'>;

export default class InstallController extends operationCommand('InstallController', {
  ...userUnitFlag,
  ...yesFlag,
}) {
  static override description =
    'Services are kept by whoever runs longshore reconcile --watch. This prints a systemd unit that does, for this machine and as you, and tells on stderr what it will use and how to install it. With --host it is installed there by SSH, where longshore and a state with the cluster must be; on a terminal it is asked first, elsewhere --yes says so.';
  static override examples = [
    '<%= config.bin %> install-controller | sudo tee /etc/systemd/system/longshore-controller.service',
    '<%= config.bin %> install-controller --cluster prod --user-unit',
    '<%= config.bin %> install-controller --host web1 --yes',
    '<%= config.bin %> install-controller --host web1 --uninstall',
  ];

  protected override async carryOut(given: Input, session: Session): Promise<number> {
    if (given.host === undefined) return printController(given, this.argv, session);
    const input = { ...given, environment: settingsForHost(session) };
    const engine = await session.engine();
    const planned = await engine.call('InstallController', { ...input, dryRun: true });
    tellOfVersion(planned, session);
    if (!input.dryRun && planned.controller?.action !== 'NONE') {
      if (!(await isMeant(session, async () => controllerQuestion(planned, input)))) return EXIT.refused;
      const done = await engine.call('InstallController', input);
      await this.show(done, session, input);
      return done.controller?.running === false ? EXIT.partly : EXIT.done;
    }
    await this.show(planned, session, input);
    return EXIT.done;
  }

  protected override people(output: OperationOutput<'InstallController'>, _: Session, input: Input): string {
    return controllerDone(output, input);
  }
}
