// The operator's command line. It calls the IAM-authorized /admin/* routes and nothing else: what it may do is what the
// caller's AWS principal may do.
import { runOperatorCli } from './operator/run-operator-cli.ts';

process.exitCode = await runOperatorCli(process.argv.slice(2), {
  variables: process.env,
  stdin: process.stdin,
  write: (text) => void process.stdout.write(text),
  tell: (text) => void process.stderr.write(text),
  fetch,
});
