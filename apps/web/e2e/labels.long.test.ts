import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findings } from './testing/axe.ts'
import { lackingChromium, type ServedConsole, serveConsole } from './testing/console.ts'
import { openMenu } from './testing/overlays.ts'

let served: ServedConsole
beforeAll(async () => {
  served = await serveConsole()
})
afterAll(() => served.close())

describe.skipIf(lackingChromium())('labels, with a made-up node', () => {
  test('a label is made, gets another colour, and is removed, from the side bar', async () => {
    const { page, complaints, close } = await served.open('/?mock')
    const choice = page.getByRole('button', { name: /^holiday/ })
    const menu = page.getByRole('button', { name: 'Actions for the label holiday' })
    await page.getByRole('button', { name: 'New label' }).click()
    expect(await findings(page)).toEqual([])
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('films')
    await page.getByRole('button', { name: 'Create label' }).click()
    await page.getByText('A label with this name already exists').waitFor()
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('holiday')
    await page.getByRole('button', { name: 'Create label' }).click()
    await choice.waitFor()
    // A dialog that closes takes the focus back, and with it the keyboard from a menu.
    await page.getByRole('dialog', { name: 'New label' }).waitFor({ state: 'detached' })

    await openMenu(page, menu)
    await page.getByRole('menuitem', { name: 'Edit…' }).click()
    await page.locator('label[title=Blue]').click()
    await page.getByRole('button', { name: 'Save' }).click()
    await expect.poll(() => choice.locator('span[style*="rgb(37, 99, 235)"]').count()).toBe(1)
    await page.getByRole('dialog', { name: 'Label “holiday”', exact: true }).waitFor({ state: 'detached' })

    await choice.click()
    await expect.poll(() => new URL(page.url()).searchParams.get('label')).toBe('holiday')
    await openMenu(page, menu)
    await page.getByRole('menuitem', { name: 'Remove label' }).click()
    await page.getByRole('button', { name: 'Remove label' }).click()
    await choice.waitFor({ state: 'detached' })
    await expect.poll(() => new URL(page.url()).searchParams.get('label')).toBeNull()
    expect(complaints).toEqual([])
    await close()
  })

  test('what is downloaded goes to the folder of the label that is chosen', async () => {
    const { page, close } = await served.open('/?mock')
    await page.getByRole('button', { name: 'Add', exact: true }).click()
    await page.getByRole('textbox', { name: 'Link' }).fill(`magnet:?xt=urn:btih:${'9'.repeat(40)}&dn=new`)
    await page.getByRole('button', { name: 'Continue' }).click()
    await page.getByText('/home/ana/Downloads').waitFor()
    await page.getByRole('combobox', { name: 'Label' }).fill('films')
    await page.getByText('/home/ana/Videos').waitFor()
    await page.getByRole('combobox', { name: 'Label' }).fill('')
    await page.getByText('/home/ana/Downloads').waitFor()
    await close()
  })
})
