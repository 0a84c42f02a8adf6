import { expect, test } from 'vitest'
import { shownName } from './shown-name.ts'

test('a program cannot pose as a picture; names of any script stay as they are', () => {
  expect(shownName('holiday\u202egpj.exe\n')).toBe('holiday\ufffdgpj.exe\ufffd')
  for (const name of ['קובץ.txt', 'ملف.mp4', '写真 😀.jpg', 'a\u200db']) expect(shownName(name)).toBe(name)
})
