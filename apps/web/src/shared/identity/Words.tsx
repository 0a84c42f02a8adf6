import styles from './words.module.css'

/** The words of a key, numbered. */
export function Words({ words }: { readonly words: readonly string[] }) {
  return (
    <ol className={styles.words} translate="no">
      {words.map((word, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a word can be there twice, and they do not move
        <li key={index}>{word}</li>
      ))}
    </ol>
  )
}
