import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findings, findingsInThemes } from './testing/axe.ts'
import { lackingChromium, type ServedConsole, serveConsole } from './testing/console.ts'
import { dialogOf } from './testing/dialog.ts'

let served: ServedConsole
beforeAll(async () => {
  served = await serveConsole()
})
afterAll(() => served.close())

const onPeople = (run: (page: Page) => Promise<void>) => served.on('/people?mock', run)

/** A picture of 1,200 × 800 pixels of a color each, as PNG. */
const largePicture = async (page: Page) => {
  const url = await page.evaluate(() => {
    const canvas = document.createElement('canvas')
    canvas.width = 1200
    canvas.height = 800
    const context = canvas.getContext('2d')!
    for (let x = 0; x < 1200; x += 10) {
      context.fillStyle = `hsl(${x % 360} 80% ${20 + (x % 60)}%)`
      context.fillRect(x, 0, 10, 800)
    }
    return canvas.toDataURL('image/png')
  })
  return Buffer.from(url.slice(url.indexOf(',')), 'base64')
}

describe.skipIf(lackingChromium())('people, with a made-up node', () => {
  test('the profile gets a name, and a picture that the page makes small', async () => {
    await onPeople(async page => {
      const profile = page.locator('section', { has: page.getByRole('heading', { name: 'Your profile' }) })
      await profile.getByRole('button', { name: 'Change name' }).click()
      await page.getByRole('textbox', { name: 'Name' }).fill(' Ana Lima ')
      await page.getByRole('button', { name: 'Save' }).click()
      await profile.getByText('Ana Lima').waitFor()
      const chooser = profile.getByLabel('Choose picture', { exact: true }).and(page.locator('input'))
      await chooser.setInputFiles({ name: 'me.png', mimeType: 'image/png', buffer: await largePicture(page) })
      const picture = profile.getByRole('img', { name: 'Your picture' })
      await picture.waitFor()
      const src = (await picture.getAttribute('src'))!
      expect(src).toMatch(/^data:image\/jpeg;base64,/)
      expect(Buffer.from(src.slice(src.indexOf(',')), 'base64').length).toBeLessThanOrEqual(32 * 1024)
      await expect
        .poll(() => picture.evaluate((it: HTMLImageElement) => [it.naturalWidth, it.naturalHeight]))
        .toEqual([256, 256])
      await profile.getByRole('button', { name: 'Remove picture' }).click()
      await picture.waitFor({ state: 'detached' })
      await chooser.setInputFiles({ name: 'me.txt', mimeType: 'text/plain', buffer: Buffer.from('words') })
      await page.getByText('Me.txt is not a picture that this browser can read').first().waitFor()
    })
  })

  test('alarms about a contact stay until they are dismissed', async () => {
    await onPeople(async page => {
      const alarms = page.getByRole('main').getByRole('alert')
      await alarms.getByText('was replaced by its successor', { exact: false }).waitFor()
      await alarms.getByText('The keys that you had verified were replaced.', { exact: false }).waitFor()
      expect(await findingsInThemes(page)).toEqual([])
      await alarms.getByRole('button', { name: 'Dismiss' }).click()
      await alarms.waitFor({ state: 'detached' })
    })
  })

  test('keys are compared by words, and codes are read from pictures', async () => {
    await onPeople(async page => {
      await page.getByText('Calls itself “Ada”.').waitFor()
      await page.getByText('not verified', { exact: false }).first().waitFor()
      await page.getByRole('button', { name: 'Compare keys' }).click()
      const dialog = dialogOf(page)
      await dialog.getByRole('list', { name: 'Words' }).waitFor()
      expect(await dialog.getByRole('listitem').allInnerTexts()).toHaveLength(12)
      const code = dialog.getByRole('img', { name: 'Your code' })
      const picture = await code.screenshot()
      expect(await findings(page)).toEqual([])
      // The made-up node knows this code to be that of somebody else, so that the picture was read.
      const reader = dialog.locator('input[type=file]')
      await reader.setInputFiles({ name: 'code.png', mimeType: 'image/png', buffer: picture })
      await dialog.getByText('this is the code of another person', { exact: false }).waitFor()
      await dialog.getByLabel('Code of the contact').fill('shoal:person/1/wrong')
      await dialog.getByRole('button', { name: 'Check' }).click()
      await dialog.getByText('this is the code of another person', { exact: false }).waitFor()
      const other = await largePicture(page)
      await reader.setInputFiles({ name: 'colors.png', mimeType: 'image/png', buffer: other })
      await dialog.getByText('No code was found in this picture.').waitFor()
      await dialog.getByRole('button', { name: 'Both see the same words' }).click()
      await dialog.waitFor({ state: 'detached' })
      await page.getByText('verified on', { exact: false }).first().waitFor()
      await page.getByRole('button', { name: 'Remove verification' }).click()
      await page.getByText('not verified', { exact: false }).first().waitFor()
    })
  })

  test('a code is read from the camera, which is off afterwards', async () => {
    await onPeople(async page => {
      await page.getByRole('button', { name: 'Compare keys' }).click()
      const dialog = dialogOf(page)
      const code = dialog.getByRole('img', { name: 'Your code' })
      const shown = `data:image/png;base64,${(await code.screenshot()).toString('base64')}`
      // A camera that sees the code.
      await page.evaluate(async src => {
        const image = new Image()
        image.src = src
        await image.decode()
        const canvas = document.createElement('canvas')
        canvas.width = 640
        canvas.height = 480
        const context = canvas.getContext('2d')!
        const draw = () => {
          context.fillStyle = '#888'
          context.fillRect(0, 0, 640, 480)
          context.drawImage(image, 150, 80, 320, 320)
        }
        draw()
        setInterval(draw, 50)
        const stream = canvas.captureStream(20)
        navigator.mediaDevices.getUserMedia = async () => stream
        Object.assign(window, { camera: stream })
      }, shown)
      await dialog.getByRole('button', { name: 'Scan with the camera' }).click()
      await dialog.getByText('this is the code of another person', { exact: false }).waitFor()
      const states = () =>
        page.evaluate(() =>
          (window as unknown as { camera: MediaStream }).camera
            .getTracks()
            .map(({ readyState }) => readyState),
        )
      await expect.poll(states).toEqual(['ended'])
    })
  })
})
