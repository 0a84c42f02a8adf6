import { runLine } from './run.ts'

/** Runs a command line and ends the process with its exit code. */
export async function main(args: readonly string[]): Promise<never> {
  const interactive = process.stdin.isTTY === true && process.stdout.isTTY === true
  const code = await runLine(args, { interactive })
  // A command closes everything that it opened. If a bug prevents that, scripts must not hang.
  process.exit(code)
}
