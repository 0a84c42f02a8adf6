/**
 * Words that are tried first when passphrases are guessed: frequent words, numbers, and words that
 * are often recommended as passwords.
 */
export const COMMON_WORDS: ReadonlySet<string> = new Set(
  `a am an and are as at be but by can do for from get go good has have he her him his how i if in is it just like me my no not now of on
  one or our out she so than that the their them then there they this to up us was we were what when where which who why will with you your
  zero two three four five six seven eight nine ten eleven twelve hundred thousand million first second third last
  monday tuesday wednesday thursday friday saturday sunday january february march april may june july august september october november december
  spring summer autumn winter day night today tomorrow year time
  love loves life live forever always never hello hi please thank thanks welcome yes name mine baby angel friend friends family mother father
  mum mom dad sister brother girl boy man men woman king queen prince princess god jesus heart happy best cool hot sexy big little new old
  pass password passphrase passwd pwd word secret key login admin root user guest test demo default open let letme letmein access master super
  qwerty qwertz azerty asdf asdfgh zxcvbn abc abcd abcdef computer internet phone house home work school money
  dog cat monkey dragon tiger lion football soccer hockey baseball basketball star sun moon sunshine shadow flower
  john smith michael david james robert thomas daniel maria anna jessica ashley charlie max`.split(/\s+/),
)
