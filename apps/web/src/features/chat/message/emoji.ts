/** Emoji to choose from, by group. */
export const EMOJI = {
  faces: '😀 😃 😄 😁 😅 😂 🙂 😉 😊 😍 😘 😋 😎 🤓 🤔 🤨 😐 😬 🙄 😴 😢 😭 😤 😡 😱 🥳 🤯 🥺',
  hands: '👍 👎 👌 ✌️ 🤞 👏 🙌 🙏 💪 👋 🤝 🫶 👀 🧠 🤷 🤦',
  nature: '🐟 🐙 🦀 🐬 🦭 🐦 🐱 🐶 🌳 🌻 🌊 🌙 ☀️ ⭐ ⛅ ❄️ 🔥 🌈',
  things: '☕ 🍵 🍺 🍕 🍎 🎂 🎁 🎉 🎵 🎬 📷 📎 📌 💡 🔑 🔒 ⏰ 🚲 ⛵ 🏠',
  signs: '❤️ 💔 💯 ✅ ❌ ❓ ❗ ➕ ⚠️ 💬',
} as const
