import { HUB_PROOF } from '@shoal/api/testing/node/chat-samples'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { COLOURS, findings, findingsInThemes } from './testing/axe.ts'
import { lackingChromium, type OpenPage, type ServedConsole, serveConsole } from './testing/console.ts'
import { dialogOf } from './testing/dialog.ts'
import { closeWithEscape, openMenu } from './testing/overlays.ts'

type Options = Parameters<ServedConsole['open']>[1]

let served: ServedConsole
/** The page of all tests but those on a phone. */
let opened: OpenPage | undefined
beforeAll(async () => {
  served = await serveConsole()
})
afterAll(() => served.close())

/** The link of a sealed share: Pier, 10.5 MB. */
const SEALED =
  '#s1AGBkMToxMjA6Ojo6Ojo6Ojo6Ojo6Ojo6Ojo6OjoxOmszMjoJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCTE6bGkxMDUwMDAwMGUxOm40OlBpZXIxOnMzOmtleWVxsvMS'
const PHONE = { viewport: { width: 320, height: 640 }, hasTouch: true, isMobile: true }

async function onChat(run: (page: Page) => Promise<void>, options?: Options): Promise<void> {
  const onPage = async (page: Page) => {
    await conversation(page, 'Harbour walkers').waitFor()
    await run(page)
  }
  if (options) return served.on('/chat?mock', onPage, options)
  if (opened) {
    // The page loads as on a first visit: nothing is stored, and the made-up node starts again.
    await opened.page.evaluate(() => localStorage.clear())
    await opened.page.emulateMedia({ colorScheme: 'light' })
    await opened.page.goto(`${served.url}/chat?mock`)
  } else opened = await served.open('/chat?mock')
  await onPage(opened.page)
  expect(opened.complaints).toEqual([])
}

const list = (page: Page) => page.getByRole('navigation', { name: 'Conversations' })
const conversation = (page: Page, name: string) => list(page).getByRole('button', { name })
const field = (page: Page) => page.getByLabel('Message', { exact: true })
const messages = (page: Page) => page.locator('[data-message]')
const message = (page: Page, text: string) => messages(page).filter({ hasText: text }).last()

async function open(page: Page, name: string): Promise<void> {
  await conversation(page, name).first().click()
  await messages(page).last().waitFor()
}

async function send(page: Page, text: string): Promise<void> {
  await field(page).fill(text)
  await page.keyboard.press('Enter')
}

const isInSight = (element: Element) => {
  const { top, bottom } = element.getBoundingClientRect()
  const frame = element.closest('ol')!.parentElement!.getBoundingClientRect()
  return top >= frame.top - 1 && bottom <= frame.bottom + 1
}

const widest = (page: Page) =>
  page.evaluate(() =>
    Math.max(...[...document.querySelectorAll('html, body, main, section')].map(each => each.scrollWidth)),
  )

describe.skipIf(lackingChromium())('the chat, with a made-up node', () => {
  test('shows the room of a share with its files, and makes one', async () => {
    await served.on('/?mock&q=debian', async page => {
      await page.locator('a', { hasText: 'debian' }).first().click()
      await page.getByRole('tab', { name: 'Room' }).click()
      await page.getByText('Is there a version with depth lines?').waitFor()
      await page.getByText('Whoever has this link reads and writes here').waitFor()
      await send(page, 'The depth lines are on page two')
      await message(page, 'The depth lines are on page two').waitFor()
      expect(await findings(page)).toEqual([])
    })
    await served.on('/?mock&q=Sintel', async page => {
      await page.locator('a', { hasText: 'Sintel' }).first().click()
      await page.getByRole('tab', { name: 'Room' }).click()
      await page.getByRole('button', { name: 'Make a room' }).click()
      await page.getByRole('button', { name: 'Copy Link with the room' }).waitFor()
      await send(page, 'First')
      await message(page, 'First').waitFor()
    })
  })

  test('opens where reading ended, marks as read, and answers to messages', async () => {
    await onChat(async page => {
      await conversation(page, 'Harbour walkers')
        .getByText('2 unread messages')
        .waitFor({ state: 'attached' })
      await open(page, 'Harbour walkers')
      await page.getByText('New messages', { exact: true }).waitFor()
      expect(await message(page, 'spare battery').evaluate(isInSight)).toBe(true)
      await conversation(page, 'Harbour walkers').getByText('2 unread').waitFor({ state: 'detached' })
      expect(await findingsInThemes(page)).toEqual([])
      await message(page, 'Nine is early').getByTitle('Go to that message').click()
      await expect.poll(() => message(page, 'Meet at the').first().evaluate(isInSight)).toBe(true)
    })
  })

  test('the history comes from another device, and goes to one whose code is pasted', async () => {
    await onChat(async page => {
      const choose = async (item: string) => {
        await list(page).getByRole('button', { name: 'More', exact: true }).click()
        await page.getByRole('menuitem', { name: item }).click()
      }
      await choose('Bring the history to this device')
      const bring = page.getByRole('dialog', { name: 'Bring the history to this device' })
      const code = await bring.getByRole('textbox', { name: 'Code of this device' }).inputValue()
      expect(code).toMatch(/^shoal-history:/)
      await bring.getByText(/^The history has arrived:/).waitFor()
      await bring.getByRole('button', { name: 'Close' }).first().click()
      await choose('Send the history to another device')
      const give = page.getByRole('dialog', { name: 'Send the history to another device' })
      await give.getByLabel('Code that the other device shows').fill(code)
      await give.getByRole('button', { name: 'Send', exact: true }).click()
      await give.getByText(/messages? (is|are) at the hub, where the other device reads/).waitFor()
      expect(await findings(page)).toEqual([])
    })
  })

  test('messages are sent, delivered, answered, changed, deleted and reacted to', async () => {
    await onChat(async page => {
      await open(page, 'Ada')
      await send(page, 'Which **film** was it?')
      const own = page.locator('[data-self]', { hasText: 'Which film was it?' })
      await own
        .getByText('Waiting to be sent')
        .or(own.getByText('Sent', { exact: true }))
        .waitFor()
      await page.getByText('Ada is typing …').waitFor()
      await own.getByText('Read by Ada').waitFor()
      await message(page, 'Let me look that up.').waitFor()
      await own.hover()
      await own.getByRole('button', { name: 'React' }).click()
      await dialogOf(page).getByRole('button', { name: '😎' }).click()
      const reaction = own.getByRole('button', { name: '😎 by You' })
      await reaction.waitFor()
      await reaction.click()
      await reaction.waitFor({ state: 'detached' })
      await field(page).focus()
      await page.keyboard.press('ArrowUp')
      await field(page).fill('Which *song* was it?')
      await page.keyboard.press('Enter')
      const changed = page.locator('[data-self]', { hasText: 'Which song was it?' })
      await changed.getByText('edited').waitFor()
      await changed.hover()
      await openMenu(page, changed.getByRole('button', { name: 'Actions for the message of You' }))
      await page.getByRole('menuitem', { name: 'Delete' }).click()
      await dialogOf(page).getByRole('button', { name: 'Delete', exact: true }).click()
      await page.locator('[data-self]').getByText('This message was deleted.').waitFor()
    })
  })

  test('older messages come above what is read, which stays in its place', async () => {
    await onChat(async page => {
      await open(page, 'Harbour walkers')
      const count = await messages(page).count()
      const first = await messages(page).nth(3).getAttribute('data-message')
      const kept = page.locator(`[data-message="${first}"]`)
      await kept.evaluate(element => element.scrollIntoView({ block: 'start' }))
      await expect.poll(() => messages(page).count()).toBeGreaterThan(count)
      expect(await kept.evaluate(isInSight)).toBe(true)
      await page.getByRole('button', { name: 'Go to the newest messages' }).click()
      await expect.poll(() => message(page, 'spare battery').evaluate(isInSight)).toBe(true)
    })
  })

  test('a search finds messages, and goes to them', async () => {
    await onChat(async page => {
      const search = list(page).getByRole('searchbox')
      await search.fill('seals east')
      await list(page).getByRole('button', { name: 'I saw two seals' }).last().click()
      const found = page.locator('[data-marked]')
      await found.getByText('I saw two seals').waitFor()
      expect(await found.evaluate(isInSight)).toBe(true)
      await search.fill('no such words')
      await page.getByText('No conversation and no message matches.').waitFor()
    })
  })

  test('names are completed, drafts are kept, and replies are quoted', async () => {
    await onChat(async page => {
      await open(page, 'Harbour walkers')
      await field(page).pressSequentially('@cl')
      await page.getByRole('listbox', { name: 'People to mention' }).waitFor()
      expect(await findings(page)).toEqual([])
      await page.keyboard.press('Enter')
      await expect.poll(() => field(page).inputValue()).toBe('@Cleo ')
      await open(page, 'Ada')
      await conversation(page, 'Harbour walkers').getByText('Draft: @Cleo').waitFor()
      await open(page, 'Harbour walkers')
      expect(await field(page).inputValue()).toBe('@Cleo ')
      const answered = message(page, 'spare battery')
      await answered.hover()
      await answered.getByRole('button', { name: 'Reply' }).click()
      await page.keyboard.type('I have two.')
      await page.keyboard.press('Enter')
      const sent = message(page, 'I have two.')
      await sent.getByText('And the spare battery.').waitFor()
      await sent.locator('[class*=mention]', { hasText: '@Cleo' }).waitFor()
    })
  })

  test('the request of a stranger can neither act nor deceive, and is accepted or not', async () => {
    await onChat(async page => {
      await open(page, 'Support')
      const text = message(page, '<script>alert(1)</script> Hello!')
      await text.getByText('(goes to evil.example)').waitFor()
      expect(await text.getByRole('link').count()).toBe(0)
      expect(await text.innerText()).not.toContain('\u202e')
      expect(await page.locator('main img').count()).toBe(0)
      expect(await field(page).count()).toBe(0)
      const cut = (await text.boundingBox())!.height
      await text.getByRole('button', { name: 'Show all' }).click()
      expect((await text.boundingBox())!.height).toBeGreaterThan(2 * cut)
      expect(await widest(page)).toBeLessThanOrEqual(1366)
      expect(await findingsInThemes(page)).toEqual([])
      await page.getByRole('button', { name: 'Accept' }).click()
      await field(page).waitFor()
      const link = text.getByRole('link')
      expect(await link.getAttribute('href')).toBe('https://evil.example/login')
      await openMenu(page, page.getByRole('button', { name: 'Actions for Support' }))
      await page.getByRole('menuitem', { name: 'Leave' }).click()
      await dialogOf(page).getByRole('button', { name: 'Leave' }).click()
      await page.getByText('You are not a member of this conversation any more.', { exact: false }).waitFor()
      await openMenu(page, page.getByRole('button', { name: 'Actions for Support' }))
      await page.getByRole('menuitem', { name: 'Forget' }).click()
      await dialogOf(page).getByRole('button', { name: 'Forget' }).click()
      await conversation(page, 'Support').waitFor({ state: 'detached' })
    })
  })

  test('groups, private conversations and rooms are begun, and members and rules changed', async () => {
    await onChat(async page => {
      await list(page).getByRole('button', { name: 'New conversation' }).click()
      const dialog = dialogOf(page)
      await dialog.getByText('Group', { exact: true }).click()
      await dialog.getByLabel('Name of the group').fill('Boat house')
      await dialog.getByRole('checkbox', { name: 'Ada' }).check()
      expect(await findingsInThemes(page)).toEqual([])
      await dialog.getByRole('button', { name: 'Begin' }).click()
      await page.getByRole('heading', { name: 'Boat house' }).waitFor()
      await page.getByText('Closed group, 2 members').waitFor()
      await openMenu(page, page.getByRole('button', { name: 'Actions for Boat house' }))
      await page.getByRole('menuitem', { name: 'Members and rules' }).click()
      await dialog.getByLabel('Slow mode').fill('30')
      await dialog.getByRole('button', { name: 'Save' }).click()
      await page.getByText('Saved').waitFor()
      await dialog.getByRole('button', { name: 'Actions for Ada' }).click()
      await page.getByRole('menuitem', { name: 'Remove from the group' }).click()
      await page.getByRole('button', { name: 'Remove from the group' }).click()
      await dialog.getByRole('button', { name: 'Actions for Ada' }).waitFor({ state: 'detached' })
      expect(await findings(page)).toEqual([])
      await closeWithEscape(page)
      await page.getByText('Closed group, 1 member').waitFor()
      await list(page).getByRole('button', { name: 'New conversation' }).click()
      await dialog.getByText('Room', { exact: true }).click()
      await dialog.getByLabel('Link of the share').fill(`magnet:?xt=urn:btih:${'ab'.repeat(20)}&dn=Charts`)
      await dialog.getByRole('button', { name: 'Join' }).click()
      await page.getByRole('heading', { name: 'Charts' }).waitFor()
      await page.getByText('Whoever has the link can read everything', { exact: false }).waitFor()
    })
  })

  test('persons whose keys were compared have a mark, and no others', async () => {
    await onChat(async page => {
      const mark = (name: string) => ({ name: `You have compared keys with ${name}` })
      await open(page, 'Harbour walkers')
      await message(page, 'Nine is early').getByRole('img', mark('Ben')).waitFor()
      const main = page.getByRole('main')
      for (const name of ['Ada', 'Cleo', 'Ana'])
        expect(await main.getByRole('img', mark(name)).count()).toBe(0)
      await openMenu(page, page.getByRole('button', { name: 'Actions for Harbour walkers' }))
      await page.getByRole('menuitem', { name: 'Members and rules' }).click()
      const members = dialogOf(page).getByRole('listitem')
      await members.filter({ hasText: 'Ben' }).getByRole('img', mark('Ben')).waitFor()
      expect(await dialogOf(page).getByRole('img').count()).toBe(1)
      expect(await findingsInThemes(page)).toEqual([])
      await closeWithEscape(page)
      await open(page, 'Ada')
      const head = page.getByRole('region', { name: 'Ada' }).locator('header').getByRole('img', mark('Ada'))
      expect(await head.count()).toBe(0)
      await page.getByRole('link', { name: 'People' }).click()
      await page.getByRole('button', { name: 'Compare keys' }).click()
      await page.getByRole('button', { name: 'Both see the same words' }).click()
      await page.getByRole('link', { name: /^Chat/ }).click()
      await open(page, 'Ada')
      await head.waitFor()
      await message(page, 'It did, thank you').getByRole('img', mark('Ada')).waitFor()
      expect(await findingsInThemes(page)).toEqual([])
    })
  })

  test('a link says what it is and is downloaded, and dropped files are shared sealed', async () => {
    await onChat(async page => {
      await open(page, 'Harbour walkers')
      const linked = message(page, 'Harbour map')
      await linked.getByText('48.0 MB').waitFor()
      await linked.getByRole('button', { name: 'Download' }).click()
      await linked.getByRole('link', { name: 'Show transfer' }).waitFor()
      const chooser = page.locator('form input[type=file]')
      await chooser.setInputFiles({ name: 'tide.txt', mimeType: 'text/plain', buffer: Buffer.from('high') })
      await page.getByText('tide.txt, 4 B').waitFor()
      await field(page).fill('The tide:')
      await page.getByRole('button', { name: 'Send', exact: true }).click()
      await message(page, 'The tide:').getByText('Shared files').waitFor()
      await page.getByText('tide.txt, 4 B').waitFor({ state: 'detached' })
      const dataTransfer = await page.evaluateHandle(() => {
        const data = new DataTransfer()
        data.items.add(new File(['low tide'], 'dropped.txt'))
        return data
      })
      await page.dispatchEvent('main', 'dragenter', { dataTransfer })
      await page.getByText('Shared sealed in this conversation').waitFor()
      await page.dispatchEvent('main', 'drop', { dataTransfer })
      await page.getByText('dropped.txt, 8 B').waitFor()
      expect(await dialogOf(page).count()).toBe(0)
      await page.getByRole('button', { name: 'Do not share them' }).click()
      await page.getByText('dropped.txt, 8 B').waitFor({ state: 'detached' })
    })
  })

  test('the files of a sealed share are shown in place and saved, once somebody asks for them', async () => {
    await onChat(async page => {
      await open(page, 'Harbour walkers')
      await send(page, `The pier: ${SEALED}`)
      const pier = message(page, 'The pier:')
      await pier.getByText('10.5 MB, Sealed').waitFor()
      expect(await pier.getByRole('img').count()).toBe(0)
      await pier.getByRole('button', { name: 'Show here' }).click()
      await pier.locator('audio').waitFor()
      await pier.getByText(/%\sdownloaded/).waitFor()
      expect(await findingsInThemes(page)).toEqual([])
      await pier.getByRole('button', { name: 'Show gulls.jpg' }).click()
      await pier.getByRole('img', { name: 'gulls.jpg' }).waitFor()
      const link = pier.getByRole('link', { name: 'Save decrypted timetable.zip' })
      expect(await link.getAttribute('download')).toBe('timetable.zip')
      await pier.getByRole('button', { name: 'Close' }).click()
      await pier.getByRole('img').waitFor({ state: 'detached' })
    })
  })

  test('arrow keys move among messages, whose buttons Tab reaches', async () => {
    await onChat(async page => {
      await open(page, 'Harbour walkers')
      await messages(page).last().focus()
      await page.keyboard.press('ArrowUp')
      const focused = page.locator('[data-message]:focus')
      await focused.getByText('can you bring the camera').waitFor()
      await page.keyboard.press('Tab')
      expect(await page.evaluate(() => document.activeElement!.getAttribute('aria-label'))).toBe('React')
      await page.keyboard.press('Tab')
      await page.keyboard.press('Enter')
      await page.getByText('Replying to Ada').waitFor()
      expect(await field(page).evaluate(element => element === document.activeElement)).toBe(true)
    })
  })

  test('on a phone of 320 pixels one of both is shown, and nothing is wider', async () => {
    await onChat(async page => {
      expect(await widest(page)).toBeLessThanOrEqual(320)
      // Its colours are those of the screen.
      expect(await findings(page, { except: COLOURS })).toEqual([])
      for (const name of ['Support', 'Harbour walkers']) {
        await open(page, name)
        expect(await widest(page), name).toBeLessThanOrEqual(320)
        expect(await findings(page, { except: COLOURS })).toEqual([])
        await page.getByRole('button', { name: 'Back to the conversations' }).click()
        await conversation(page, 'Film night').waitFor()
      }
    }, PHONE)
  })

  test('a room is made for a share, and its new link is shown', async () => {
    await onChat(async page => {
      await list(page).getByRole('button', { name: 'New conversation' }).click()
      const dialog = dialogOf(page)
      await dialog.getByText('Room', { exact: true }).click()
      await dialog.getByLabel('Link of the share').fill(`magnet:?xt=urn:btih:${'cd'.repeat(20)}&dn=Songs`)
      await dialog.getByLabel('Make a room for a share').check()
      await dialog.getByRole('button', { name: 'Make room' }).click()
      await dialog.getByText('The room is ready.', { exact: false }).waitFor()
      expect(await findings(page)).toEqual([])
      await dialog.getByRole('button', { name: 'Open the room' }).click()
      await page.getByRole('heading', { name: 'Songs' }).waitFor()
    })
  })

  test('a report proves one message to whoever checks it', async () => {
    await onChat(async page => {
      await open(page, 'Harbour walkers')
      const reported = message(page, 'And the spare battery.')
      await reported.hover()
      await openMenu(page, reported.getByRole('button', { name: 'Actions for the message of Cleo' }))
      await page.getByRole('menuitem', { name: 'Report' }).click()
      const report = await dialogOf(page).getByLabel('Report', { exact: true }).inputValue()
      expect(await findings(page)).toEqual([])
      await closeWithEscape(page)
      await openMenu(page, list(page).getByRole('button', { name: 'More' }))
      await page.getByRole('menuitem', { name: 'Check a report' }).click()
      const dialog = dialogOf(page)
      await dialog.getByLabel('Report', { exact: true }).fill(report)
      await dialog.getByRole('button', { name: 'Check', exact: true }).click()
      await dialog.getByText('Cleo sent this on', { exact: false }).waitFor()
      await dialog.getByText('And the spare battery.').waitFor()
    })
  })

  test('details show that the hub has lied, and the proof convinces whoever checks it', async () => {
    await onChat(async page => {
      await open(page, 'Film night')
      await openMenu(page, page.getByRole('button', { name: 'Actions for Film night' }))
      await page.getByRole('menuitem', { name: 'Members and rules' }).click()
      const details = dialogOf(page)
      await details.getByText('This hub showed different logs', { exact: false }).first().waitFor()
      await details.getByRole('button', { name: 'Copy the proof' }).waitFor()
      expect(await findings(page)).toEqual([])
      await closeWithEscape(page)
      await openMenu(page, list(page).getByRole('button', { name: 'More' }))
      await page.getByRole('menuitem', { name: 'Check a report' }).click()
      const dialog = dialogOf(page)
      const text = dialog.getByLabel('Report', { exact: true })
      await text.fill('shoal-hub-proof:forged')
      await dialog.getByRole('button', { name: 'Check', exact: true }).click()
      await dialog.getByText('it is forged', { exact: false }).waitFor()
      await text.fill(HUB_PROOF)
      await dialog.getByRole('button', { name: 'Check', exact: true }).click()
      await dialog
        .getByText('Your hub Harbour (https://hub.example.org) has signed two', { exact: false })
        .waitFor()
      expect(await findings(page)).toEqual([])
    })
  })

  test('other pages count unread messages, and say that one has come', async () => {
    await onChat(async page => {
      const entry = page.getByRole('navigation').getByRole('link', { name: 'Chat 2 unread messages' })
      await entry.first().waitFor()
      await open(page, 'Ada')
      await send(page, 'Are you at the harbour?')
      await page.getByRole('link', { name: 'Hubs' }).first().click()
      await page.getByText('Let me look that up.').waitFor()
      await page.getByRole('button', { name: 'Open', exact: true }).click()
      await message(page, 'Let me look that up.').waitFor()
    })
  })

  test('asks for notifications only if somebody chooses them', async () => {
    await onChat(async page => {
      await page.evaluate(() => {
        Object.assign(window, { asked: 0 })
        Notification.requestPermission = async () => {
          Object.assign(window, { asked: 1 })
          return 'denied'
        }
      })
      await open(page, 'Ada')
      const asked = () => page.evaluate(() => (window as unknown as { asked: number }).asked)
      expect(await asked()).toBe(0)
      await openMenu(page, list(page).getByRole('button', { name: 'More' }))
      await page.getByRole('menuitemcheckbox', { name: 'Notify me of messages' }).click()
      await page.getByText('The browser does not allow notifications.', { exact: false }).first().waitFor()
      expect(await asked()).toBe(1)
    })
  })
})
