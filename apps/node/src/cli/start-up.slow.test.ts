import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const LIMIT_MS = 20_000
const SCRIPT = `
  await import(process.argv[1])
  const loaded = process.moduleLoadList.join(' ')
  console.log(JSON.stringify({ net: loaded.includes('NativeModule net'), undici: loaded.includes('undici/undici') }))`

test(
  'a download starts without undici, which would cost it 60 ms',
  async () => {
    const program = new URL('./alone/download.ts', import.meta.url).href
    const args = ['--input-type=module', '-e', SCRIPT, program]
    const { stdout } = await promisify(execFile)(process.execPath, args)
    expect(JSON.parse(stdout)).toEqual({ net: true, undici: false })
  },
  LIMIT_MS,
)
