import { runLine } from './run.ts'

/** Runs a command line and ends the process with its exit code. */
export async function main(args: readonly string[]): Promise<never> {
  const interactive = process.stdin.isTTY === true && process.stdout.isTTY === true
  const code = await runLine(args, { interactive })
  // Nothing may be left that keeps the process alive; a fault that leaves something must not hang a script.
  process.exit(code)
}
