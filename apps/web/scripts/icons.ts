/**
 * Makes the PNG icons of public/ from icon.svg, with Debian's Chromium. Run by hand when the
 * picture changes: `npm run icons -w apps/web`.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { chromium } from 'playwright-core'

const PUBLIC = join(import.meta.dirname, '..', 'public')
const svg = readFileSync(join(PUBLIC, 'icon.svg'), 'utf8')
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
})
for (const [name, size, padding] of [
  ['icon-192.png', 192, 0],
  ['icon-512.png', 512, 0],
  // A maskable icon keeps what matters within the inner 80 %.
  ['icon-maskable-512.png', 512, 56],
] as const) {
  const page = await browser.newPage({ viewport: { width: size, height: size } })
  const inner = size - 2 * padding
  const background = padding > 0 ? '#0a6c76' : 'transparent'
  await page.setContent(
    `<body style="margin:0;padding:${padding}px;background:${background}">${svg.replace('<svg ', `<svg width="${inner}" height="${inner}" `)}</body>`,
  )
  writeFileSync(join(PUBLIC, name), await page.screenshot({ omitBackground: true }))
  await page.close()
}
await browser.close()
