import type { Operation } from '../../contract.ts'
import { NodeEvent } from '../../events.ts'
import { untrustedIn } from '../../marked-fields.ts'
import { OPERATIONS, type OperationName } from '../../operations.ts'
import { VirtualClock } from './clock.ts'
import { SimulatedNode } from './simulated-node.ts'

const MARK = '‹stranger›'

type Call = (input: object) => Promise<Record<string, unknown>>

/** A simulated node whose strangers mark their texts, and all its responses. */
export class StrangeAnswers {
  readonly clock = new VirtualClock()
  readonly node = new SimulatedNode({
    traffic: 'busy',
    clock: this.clock,
    says: text => `${MARK}${text}`,
  })
  readonly #answers: {
    readonly name: string
    readonly schema: Operation['output']
    readonly value: unknown
  }[] = []

  constructor() {
    this.node.on(event => this.addEvent(event))
  }

  addEvent(event: NodeEvent): void {
    this.#answers.push({ name: event.type, schema: NodeEvent, value: event })
  }

  async ask(name: OperationName, given: object = {}): Promise<never> {
    const calls = this.node.operations as unknown as Readonly<Record<string, Call>>
    const { input, output }: Operation = OPERATIONS[name]
    const value = await calls[name]!(input.parse(given))
    this.#answers.push({ name, schema: output, value })
    return value as never
  }

  /** Returns the fields with texts of strangers, such as `listPeers: items.*.client`. */
  fields(): Set<string> {
    return new Set(
      this.#answers.flatMap(({ name, value }) => marked(value).map(field => placeOf(name, field))),
    )
  }

  /** Returns those that their schemas do not mark. */
  unmarked(): Set<string> {
    return new Set(
      this.#answers.flatMap(({ name, schema, value }) => {
        const known = new Set(untrustedIn(schema, value).map(({ field }) => field))
        return marked(value)
          .filter(field => !known.has(field))
          .map(field => placeOf(name, field))
      }),
    )
  }
}

function placeOf(name: string, field: string): string {
  return `${name}: ${field.replace(/(^|\.)\d+\b/g, '$1*')}`
}

/** Returns the fields whose texts have the mark. */
function marked(value: unknown, field = ''): string[] {
  if (typeof value === 'string')
    return [MARK, encodeURIComponent(MARK)].some(mark => value.includes(mark)) ? [field] : []
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, each]) => marked(each, field === '' ? key : `${field}.${key}`))
}
