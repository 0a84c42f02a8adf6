import { strToU8, zipSync } from 'fflate'

/**
 * Returns a PDF with a line of text on each page; `stream` replaces the content of the pages by
 * bytes of a filter.
 */
export function makePdf(
  lines: readonly string[],
  stream?: { readonly filter: string; readonly bytes: Uint8Array },
): Uint8Array {
  const parts: Uint8Array[] = [strToU8('%PDF-1.4\n')]
  const offsets: number[] = []
  let length = parts[0]!.length
  const object = (number: number, head: string, body?: Uint8Array) => {
    offsets[number] = length
    const bytes: Uint8Array[] = [strToU8(`${number} 0 obj\n${head}\n`)]
    if (body) bytes.push(strToU8('stream\n'), body, strToU8('\nendstream\n'))
    bytes.push(strToU8('endobj\n'))
    for (const part of bytes) length += part.length
    parts.push(...bytes)
  }
  const kids = lines.map((_, i) => `${4 + 2 * i} 0 R`).join(' ')
  object(1, '<< /Type /Catalog /Pages 2 0 R >>')
  object(2, `<< /Type /Pages /Kids [${kids}] /Count ${lines.length} >>`)
  object(3, '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>')
  lines.forEach((line, i) => {
    const content = stream?.bytes ?? strToU8(`BT /F1 12 Tf 72 720 Td (${line}) Tj ET`, true)
    const filter = stream ? `/Filter ${stream.filter} ` : ''
    object(
      4 + 2 * i,
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents ${5 + 2 * i} 0 R /Resources << /Font << /F1 3 0 R >> >> >>`,
    )
    object(5 + 2 * i, `<< ${filter}/Length ${content.length} >>`, content)
  })
  const entries = offsets.slice(1).map(offset => `${String(offset).padStart(10, '0')} 00000 n \n`)
  parts.push(
    strToU8(
      `xref\n0 ${offsets.length}\n0000000000 65535 f \n${entries.join('')}trailer\n<< /Size ${offsets.length} /Root 1 0 R >>\nstartxref\n${length}\n%%EOF\n`,
    ),
  )
  return Uint8Array.from(Buffer.concat(parts))
}

/**
 * Returns an EPUB of XHTML chapters, listed in order, with file names that sort in another order.
 */
export function makeEpub(chapters: readonly string[]): Uint8Array {
  const names = chapters.map((_, i) => `chapter ${chapters.length - i}.xhtml`)
  const items = names.map((name, i) => `<item id="c${i}" href="${encodeURIComponent(name)}"/>`).join('')
  const spine = names.map((_, i) => `<itemref idref="c${i}"/>`).join('')
  return zipSync({
    mimetype: strToU8('application/epub+zip'),
    'META-INF/container.xml': strToU8(
      '<container><rootfiles><rootfile full-path="OEBPS/content.opf"/></rootfiles></container>',
    ),
    'OEBPS/content.opf': strToU8(
      `<opf:package xmlns:opf="x"><opf:manifest>${items}</opf:manifest><spine>${spine}</spine></opf:package>`,
    ),
    'OEBPS/other.xhtml': strToU8('<p>not in the book</p>'),
    ...Object.fromEntries(names.map((name, i) => [`OEBPS/${name}`, strToU8(chapters[i]!)])),
  })
}
