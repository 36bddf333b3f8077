/// How to find one's way in validated bytes of either encoding.
///
/// Every position passed in is where a value begins; the bytes carry the padding of their scanner.
protocol PayloadFormat {
    static func value(_ base: UnsafePointer<UInt8>, at position: Int) -> WSEValue
    /// The index behind the value.
    static func end(_ base: UnsafePointer<UInt8>, at position: Int) -> Int
    static func isNull(_ base: UnsafePointer<UInt8>, at position: Int) -> Bool
    static func isObject(_ base: UnsafePointer<UInt8>, at position: Int) -> Bool
    /// Where the value of a member begins; of equal keys the last wins.
    static func member(
        _ key: UnsafeBufferPointer<UInt8>, _ base: UnsafePointer<UInt8>, at position: Int
    ) -> Int?
    /// Where an element of an array begins.
    static func element(_ index: Int, _ base: UnsafePointer<UInt8>, at position: Int) -> Int?
    /// Where the elements of an array lie: of one longer than `limit`, one more than that.
    static func elements(
        _ base: UnsafePointer<UInt8>, at position: Int, limit: Int
    ) -> [Range<Int>]?
    /// A number in decimal digits.
    static func digits(_ base: UnsafePointer<UInt8>, at position: Int) -> String?
}
