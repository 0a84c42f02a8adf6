import type { Terminal } from '../output.ts'

/**
 * Draws a QR code, light on dark; without color support in the terminal's own colors, which cameras
 * can only read on a dark background.
 */
export async function drawQrCode(text: string, terminal: Terminal): Promise<void> {
  const { renderUnicodeCompact } = await import('uqr')
  const [begin, end] = terminal.color ? ['\u001b[97;40m', '\u001b[0m'] : ['', '']
  // `line` would remove the colors.
  for (const row of renderUnicodeCompact(text, { border: 2 }).split('\n'))
    terminal.write(`${begin}${row}${end}\n`)
}
