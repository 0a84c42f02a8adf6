import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseCues, subtitlesBeside } from './subtitles.ts'

const SRT = `\uFEFF1\r
00:00:01,500 --> 00:00:03,000\r
Hello <font color="#fff">there</font>\r
<i>you</i>\r
\r
2\r
01:02:03,040 --> 01:02:04,000 X1:100\r
{\\an8}Fish & <chips\r
\r
broken\r
\r
3\r
00:00:05,000 --> 00:00:04,000\r
Ends before it begins\r
`

test('SubRip becomes cues: its tags and escapes as WebVTT has them', () => {
  expect(parseCues(SRT)).toEqual([
    { startSeconds: 1.5, endSeconds: 3, text: 'Hello there\n<i>you</i>' },
    { startSeconds: 3723.04, endSeconds: 3724, text: 'Fish &amp; &lt;chips' },
  ])
})

test('WebVTT keeps its tags, and its notes and styles are no cues', () => {
  const text =
    'WEBVTT\n\nNOTE hm\n\nSTYLE\n::cue {}\n\nintro\n00:01.000 --> 00:02.500 line:0\n<v Ann>Hi &amp; bye'
  expect(parseCues(text)).toEqual([{ startSeconds: 1, endSeconds: 2.5, text: '<v Ann>Hi &amp; bye' }])
})

test('any text is read without an error, and no tag but b, i and u comes through', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), text => {
      for (const cue of parseCues(`1\n00:00:01,000 --> 00:00:02,000\n${text}`)) {
        expect(cue.text).not.toMatch(/<(?!\/?[biu]>)/i)
      }
    }),
  )
})

test('subtitles are found next to the film, with their languages', () => {
  const files = [
    'd/film.srt',
    'd/film.pt-BR.vtt',
    'd/other.srt',
    'film.srt',
    'd/Subs/English.srt',
    'd/subs/film.de.srt',
    'd/film.txt',
  ]
  expect(
    subtitlesBeside(
      'd/film.mkv',
      files.map(path => ({ path })),
    ).map(({ item, language }) => [item.path, language]),
  ).toEqual([
    ['d/film.srt', ''],
    ['d/film.pt-BR.vtt', 'pt-BR'],
    ['d/Subs/English.srt', 'English'],
    ['d/subs/film.de.srt', 'de'],
  ])
})
