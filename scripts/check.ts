/** `npm run check`: what every commit must pass. Offline, under a minute: format, lint, types, import rules, unit tests. */
import { checkImports } from './imports.ts'
import { commandOf, type RunResult, runNode } from './run.ts'

const steps: [name: string, step: () => Promise<RunResult>][] = [
  ['format and lint', () => runNode([commandOf('@biomejs/biome', 'biome'), 'ci', '.'], { quiet: true })],
  ['types', () => runNode([commandOf('typescript', 'tsc'), '-p', '.'], { quiet: true })],
  ['import rules', imports],
  ['unit tests', () => runNode([commandOf('vitest'), 'run', '--project', 'unit'], { quiet: true })],
]

const failed: string[] = []
for (const [name, step] of steps) {
  const { code, seconds, output } = await step()
  const time = `${seconds.toFixed(1)} s`
  if (code === 0) {
    console.log(`ok      ${name} (${time})`)
  } else {
    failed.push(name)
    console.log(`FAILED  ${name} (${time})\n${output}`)
  }
}
if (failed.length > 0) {
  console.log(`Not ready: ${failed.join(', ')}.`)
  process.exitCode = 1
}

async function imports(): Promise<RunResult> {
  const started = performance.now()
  const violations = await checkImports()
  const output = violations.map(({ file, line, message }) => `${file}:${line}: ${message}\n`).join('')
  return { code: violations.length > 0 ? 1 : 0, seconds: (performance.now() - started) / 1000, output }
}
