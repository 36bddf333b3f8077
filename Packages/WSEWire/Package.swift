// swift-tools-version: 6.2
import PackageDescription

/// One list for every target of every package; `Scripts/check` keeps the copies in step.
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("InferIsolatedConformances"),
]

#if os(Linux)
    // The distributions install the headers where the compiler looks, and call the .pc file by different names.
    let msgpackPkgConfig: String? = nil
#else
    let msgpackPkgConfig: String? = "msgpack-c"
#endif

let package = Package(
    name: "WSEWire",
    platforms: [.macOS(.v15), .iOS(.v18), .tvOS(.v18), .watchOS(.v11), .visionOS(.v2)],
    products: [
        .library(name: "WSEWire", targets: ["WSEWire"]),
        .library(name: "WSEWireFoundation", targets: ["WSEWireFoundation"]),
    ],
    targets: [
        .systemLibrary(
            name: "CZlib",
            pkgConfig: "zlib",
            providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]
        ),
        // Only headers are used: libmsgpack-c's unpacker and packer are templates. So it does not matter that
        // the library is called msgpackc or msgpack-c, depending on where it comes from.
        .systemLibrary(
            name: "CMsgpack",
            pkgConfig: msgpackPkgConfig,
            providers: [.apt(["libmsgpack-dev"]), .brew(["msgpack"])]
        ),
        .target(name: "CMessagePack", dependencies: ["CMsgpack"]),
        // Says what only a C compiler is told: whether the program is built for ThreadSanitizer.
        .target(name: "CSanitizer"),
        .target(
            name: "WSEWire", dependencies: ["CZlib", "CMessagePack", "CSanitizer"], swiftSettings: settings),
        // Foundation's types for the coders; apart, so that the rest does without Foundation.
        .target(name: "WSEWireFoundation", dependencies: ["WSEWire"], swiftSettings: settings),
        .testTarget(
            name: "WSEWireFoundationTests", dependencies: ["WSEWire", "WSEWireFoundation"],
            swiftSettings: settings),
        .target(name: "CYYJSON", path: "Benchmarks/CYYJSON"),
        .executableTarget(
            name: "WSEWireBenchmarks", dependencies: ["WSEWire", "CYYJSON"],
            path: "Benchmarks/WSEWireBenchmarks", swiftSettings: settings),
        .target(name: "CAllocationCounter", path: "Tests/CAllocationCounter"),
        .executableTarget(
            name: "LinkageProbe", dependencies: ["WSEWire"], path: "Tests/LinkageProbe",
            swiftSettings: settings),
        .testTarget(
            name: "WSEWireTests",
            dependencies: ["WSEWire", "CZlib", "CAllocationCounter", "LinkageProbe"],
            resources: [.copy("Corpus")], swiftSettings: settings),
    ]
)
