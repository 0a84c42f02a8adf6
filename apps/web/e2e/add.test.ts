import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findings } from './testing/axe.ts'
import { type BuiltConsole, buildConsole, lackingChromium } from './testing/console.ts'

let built: BuiltConsole
beforeAll(async () => {
  built = await buildConsole()
}, 60_000)
afterAll(() => built.close())

describe.skipIf(lackingChromium())('the add dialog, with a made-up node', () => {
  test('a link that is no torrent is offered as the plain file that it is', async () => {
    const { page, complaints, close } = await built.open('/?mock&add=https://example.org/big.iso')
    await page.getByText('This is a plain file').waitFor()
    await page.getByText('https://example.org/big.iso').waitFor()
    expect(await findings(page)).toEqual([])
    await page.getByRole('button', { name: 'Download the file' }).click()
    await page.getByText('Downloading big.iso').first().waitFor()
    expect(complaints).toEqual([])
    await close()
  })
})
