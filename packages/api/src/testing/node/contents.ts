/**
 * Content for the files of simulated torrents, so that viewers have something to show. Returns null
 * for kinds without any.
 */
export function sampleContent(path: string): Blob | null {
  const name = path.slice(path.lastIndexOf('/') + 1)
  if (/\.(txt|srt|md)$/.test(name)) return new Blob([textFor(name)], { type: 'text/plain' })
  if (/\.(jpg|png)$/.test(name)) return new Blob([picture(name)], { type: 'image/svg+xml' })
  if (/\.(wav|flac|mp3)$/.test(name)) return new Blob([tone(440, 6)], { type: 'audio/wav' })
  return null
}

function textFor(name: string): string {
  if (name.endsWith('.srt'))
    return '1\n00:00:01,000 --> 00:00:04,000\nThe sea was calm.\n\n2\n00:00:05,000 --> 00:00:09,500\nToo calm.\n'
  if (name.endsWith('.md'))
    return `# ${name}\n\nMade up, to *look* at:\n\n- one\n- **two**\n\n\`\`\`\nnpm start\n\`\`\`\n\nSee [the site](https://example.org).\n`
  return `${name}\n\nThe sea was perfectly calm. There was not a breath of wind.\n`.repeat(40)
}

function picture(name: string): string {
  const text = name.replace(/[<&]/g, '')
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 400"><rect width="640" height="400" fill="#0a6c76"/><path d="M0 270q80-50 160 0t160 0 160 0 160 0v130H0z" fill="#58c6cd"/><text x="30" y="60" font-size="28" font-family="sans-serif" fill="#fff">${text}</text></svg>`
}

/** Makes a quiet tone as WAV: 8 kHz, 8 bits, mono. */
function tone(hertz: number, seconds: number): Uint8Array<ArrayBuffer> {
  const rate = 8000
  const count = rate * seconds
  const bytes = new Uint8Array(44 + count)
  const view = new DataView(bytes.buffer)
  const put = (at: number, text: string) => bytes.set(new TextEncoder().encode(text), at)
  put(0, 'RIFF')
  view.setUint32(4, 36 + count, true)
  put(8, 'WAVEfmt ')
  view.setUint32(16, 16, true)
  view.setUint16(20, 1, true)
  view.setUint16(22, 1, true)
  view.setUint32(24, rate, true)
  view.setUint32(28, rate, true)
  view.setUint16(32, 1, true)
  view.setUint16(34, 8, true)
  put(36, 'data')
  view.setUint32(40, count, true)
  for (let at = 0; at < count; at++)
    bytes[44 + at] = 128 + Math.round(20 * Math.sin((2 * Math.PI * hertz * at) / rate))
  return bytes
}
