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

let package = Package(
    name: "Benchmarks",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(path: "../Packages/WSEWire"),
        .package(path: "../Packages/WSECrypto"),
        .package(path: "../Packages/WSETransport"),
        .package(path: "../Packages/WSEClient"),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
    ],
    targets: [
        .systemLibrary(
            name: "CLibcrypto",
            pkgConfig: "libcrypto",
            providers: [.apt(["libssl-dev"]), .brew(["openssl@3"])]
        ),
        // Sockets and frames with nothing around them: what every contestant is held against, and the sender's hands.
        .target(name: "CFloor"),
        // What is sent: the same bytes for every contestant.
        .target(name: "BenchmarkWork", dependencies: ["WSEWire"], swiftSettings: settings),
        // The sender, a process of its own.
        .executableTarget(
            name: "bench-peer",
            dependencies: ["BenchmarkWork", "CFloor", "CLibcrypto", "WSECrypto"],
            swiftSettings: settings),
        // The contestants in Swift, one for each run of the process.
        .executableTarget(
            name: "bench-client",
            dependencies: [
                "BenchmarkWork", "CFloor", "CLibcrypto", "WSEWire", "WSECrypto", "WSETransport", "WSEClient",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOWebSocket", package: "swift-nio"),
            ],
            swiftSettings: settings),
    ]
)
