/// The layout of an encrypted frame: `E:`, nonce, ciphertext, tag (PROTOCOL section 4).
public enum SealedFrame {
    /// `E:`
    public static let prefix: (UInt8, UInt8) = (UInt8(ascii: "E"), UInt8(ascii: ":"))

    /// How many bytes a frame has that its plaintext does not.
    public static let overhead = 2 + AESGCM.overhead

    /// The least that may stand behind the `E:`, which is an empty message.
    public static let minimumBody = AESGCM.overhead
}
