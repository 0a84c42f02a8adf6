import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url))
const read = (name: string) => readFile(here(name), 'utf8')

describe('the documented examples are the tested ones', () => {
  test('docs/embedding.md shows every example verbatim', async () => {
    const page = await read('../../../../docs/embedding.md')
    const blocks = [...page.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code]) => code!)
    const names = (await readdir(here('.'))).filter(name => /^[a-z]+(\.node)?\.ts$/.test(name))
    expect(blocks.sort()).toEqual((await Promise.all(names.map(read))).sort())
  })

  test('index.ts opens with the download example', async () => {
    const index = await read('../index.ts')
    const [, code] = /```ts\n([\s\S]*?) \* ```/.exec(index)!
    expect(code!.replaceAll(/^ \* ?/gm, '')).toBe(await read('download.ts'))
  })
})
