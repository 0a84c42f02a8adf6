import { expect, test } from 'vitest'
import { classSizes } from './classes.ts'

const SOURCE = `
export class One<T> extends Base {
  readonly a = 1
  #b: string | undefined
  #c
  static readonly d = new Map<string, number>()

  constructor() {
    super()
    this.#b = 'x'
  }

  get e(): number {
    return 1
  }

  set e(value: number) {
    call(value)
  }

  async *f<T>(
    x: T,
  ): AsyncGenerator<T> {
    yield x
  }

  readonly #g = () => {
    call()
  }

  [Symbol.dispose]() {}
}

class Empty {}

function notAClass() {
  const inner = 1
}
`

test('counts fields, accessors and methods', () => {
  expect(classSizes(SOURCE)).toEqual([
    { name: 'One', line: 2, members: 8 },
    { name: 'Empty', line: 34, members: 0 },
  ])
})
