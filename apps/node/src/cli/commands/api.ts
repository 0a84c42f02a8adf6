import { OPERATIONS, type OperationName } from '@shoal/api'
import { describeIssue } from '@shoal/api/issues'
import { nearest, UsageError } from '@shoal/options'
import { SHOAL } from '../../base/program.ts'
import { openNode } from '../client/node-client.ts'
import { NODE_OPTIONS } from '../client/node-options.ts'
import { defineCommand } from '../command.ts'
import { nodeMessage } from '../failure.ts'
import { texts } from '../texts.ts'

const MOST_INPUT = 64_000_000

export const api = defineCommand({
  about: texts.api.about,
  positionals: [
    { name: 'OPERATION', help: texts.api.operation, optional: true },
    { name: 'INPUT', help: texts.api.input({ example: '{}' }), optional: true },
  ],
  options: NODE_OPTIONS,
  examples: [
    ['api', texts.api.examples.list],
    [`api getHistory '{"range":"day"}'`, texts.api.examples.call],
  ],
  async run([name, text = '{}'], options, { output, interrupt }) {
    if (name === undefined) {
      const items = Object.entries(OPERATIONS).map(([name, { summary }]) => ({ name, summary }))
      if (output.json) return output.object({ items })
      for (const { name, summary } of items) output.line(`${name.padEnd(20)} ${summary}`)
      return
    }
    const operation = findOperation(name)
    const input = parseInput(operation, text === '-' ? await readStdin() : text)
    const { api } = await openNode(options, interrupt.signal)
    const answer = await (api[operation] as (input: object) => Promise<object>)(input)
    if (output.json) return output.object(answer)
    for (const line of JSON.stringify(answer, null, 2).split('\n')) output.line(line)
  },
})

function findOperation(name: string): OperationName {
  if (Object.hasOwn(OPERATIONS, name)) return name as OperationName
  const names = Object.keys(OPERATIONS)
  const meant = nearest(name, names) ?? names.find(each => each.toLowerCase() === name.toLowerCase())
  throw new UsageError(
    meant
      ? texts.api.unknownMeant({ name: name.slice(0, 80), meant })
      : texts.api.unknown({ name: name.slice(0, 80), shoal: SHOAL }),
  )
}

/**
 * Validates the input before anything is sent. Throws a UsageError that names the invalid member.
 */
export function parseInput(operation: OperationName, text: string): object {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new UsageError(texts.api.notJson({ reason: (error as Error).message }))
  }
  const result = OPERATIONS[operation].input.strict().safeParse(value)
  if (result.success) return value as object
  const { field, message } = describeIssue(result.error, value)
  throw new UsageError(`INPUT${field && `.${field}`}: ${nodeMessage(message)}`)
}

async function readStdin(): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of process.stdin) {
    chunks.push(chunk as Buffer)
    length += (chunk as Buffer).length
    if (length > MOST_INPUT) throw new UsageError(texts.api.large({ most: MOST_INPUT }))
  }
  return Buffer.concat(chunks).toString('utf8')
}
