import { listenForInterrupt } from './interrupt.ts'
import { processOutput } from './output.ts'
import { chooseCommand, outputFlags, runCommand } from './run.ts'

/** Runs a command line and ends the process with its exit code. */
export async function main(args: readonly string[]): Promise<never> {
  const output = processOutput(outputFlags(args))
  const interrupt = listenForInterrupt()
  const interactive = output.terminal !== null && process.stdin.isTTY === true
  const code = await runCommand(chooseCommand(args, { interactive }), { output, interrupt })
  interrupt.close()
  // Nothing may be left that keeps the process alive; a fault that leaves something must not hang a script.
  await output.flush()
  process.exit(code)
}
