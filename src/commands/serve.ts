import { LongshoreCommand } from '../lib/cli/command.js';
import { forOclif } from '../lib/cli/flag.js';
import { runServer } from '../lib/cli/serve.js';
import { serveFlags, serveOptions } from '../lib/cli/serve-options.js';
import type { Session } from '../lib/cli/session.js';

export default class Serve extends LongshoreCommand {
  static override summary = 'Answer the API of Amazon ECS over HTTP, and keep the services';
  static override description =
    'For the AWS CLI, SDKs and deploy tools, and for colleagues and CI: longshore --endpoint ssh://USER@THIS_HOST shares the state through the Unix socket, which only its owner can open. On TCP requests are signed with access keys (create-access-key). Logs are JSON, on stderr. GET /healthz and /metrics are there for monitoring. It runs until SIGTERM or Ctrl-C; install-controller makes it a systemd unit.';
  static override flags = forOclif(serveFlags);
  static override examples = [
    '<%= config.bin %> serve',
    '<%= config.bin %> serve --listen 127.0.0.1:8080 --unsigned',
    '<%= config.bin %> create-access-key --scope run && <%= config.bin %> serve --listen 0.0.0.0:8080',
    'aws ecs list-clusters --endpoint-url http://127.0.0.1:8080',
  ];

  protected override answer(session: Session): Promise<number> {
    return runServer(serveOptions(session.words), session);
  }
}
