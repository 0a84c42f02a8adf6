import fc from 'fast-check'
import { expect, test } from 'vitest'
import { markdownToHtml } from './html.ts'

test('every part of Markdown has its element', () => {
  const text =
    '# A & b\n\ntext **s** *e* ~~d~~ `<c>`\n\n> q\n\n3. one\n\n- two\n\n|h|\n|-|\n|c|\n\n---\n\n```\n<x>\n```'
  expect(markdownToHtml(text).split('\n')).toEqual([
    '<h1>A &amp; b</h1>',
    '<p>text <strong>s</strong> <em>e</em> <del>d</del> <code>&lt;c&gt;</code></p>',
    '<blockquote><p>q</p></blockquote>',
    '<ol start="3"><li><p>one</p></li></ol>',
    '<ul><li><p>two</p></li></ul>',
    '<table><tr><th>h</th></tr>',
    '<tr><td>c</td></tr></table>',
    '<hr>',
    '<pre><code>&lt;x&gt;</code></pre>',
  ])
})

test('links keep their address within the attribute', () => {
  expect(markdownToHtml('[a](https://h/?x="onload="y)')).toBe(
    '<p><a href="https://h/?x=&quot;onload=&quot;y" rel="nofollow noopener noreferrer">a</a></p>',
  )
  for (const href of ['javascript:alert(1)', 'data:text/html,x', 'vbscript:x', '/api/logout'])
    expect(markdownToHtml(`[a](${href}) <${href}>`)).not.toContain('href')
})

/** Tags with attributes as written by this module. */
const TAG =
  /<(?:\/?(?:h[1-6]|p|pre|code|blockquote|ul|ol|li|table|tr|th|td|strong|em|del|a)|hr|ol start="\d{1,9}"|a href="(?:https?:\/\/|magnet:\?|mailto:)[^"<>]*" rel="nofollow noopener noreferrer")>/gi

test('nothing but its own elements survives, whatever the text is', () => {
  const pieces = fc.constantFrom(
    ...[
      '<script>',
      '</p>',
      '<img src=x onerror=alert(1)>',
      '"',
      "'",
      '&',
      '&#106;',
      '<',
      '>',
      '](',
      '[a',
      ')',
    ],
    ...[
      'javascript:',
      'https://h/',
      '`',
      '**',
      '_',
      '|',
      '\n',
      '> ',
      '- ',
      '1. ',
      '# ',
      '```',
      '|-|',
      ' ',
      'x',
      '\\',
    ],
  )
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 60 }), parts => {
      const html = markdownToHtml(parts.join(''))
      expect(html.replace(TAG, '')).not.toMatch(/[<>]/)
    }),
    { numRuns: 2000 },
  )
})
