import WSEWire

/// A program that uses this package alone; a test looks at what it is linked with.
@main
enum LinkageProbe {
    static func main() throws {
        let value = try WSEValue(json: "[1,2,3]")
        print(value, try value.messagePack().count, try PayloadEncoder().json(["a": 1]).count)
    }
}
