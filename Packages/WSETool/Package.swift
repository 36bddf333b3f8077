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
    name: "WSETool",
    platforms: [.macOS(.v15), .iOS(.v18), .tvOS(.v18), .watchOS(.v11), .visionOS(.v2)],
    products: [
        .executable(name: "wse", targets: ["wse"])
    ],
    dependencies: [
        .package(path: "../WSEWire"),
        .package(path: "../WSECrypto"),
        .package(path: "../WSEResilience"),
        .package(path: "../WSETransport"),
        .package(path: "../WSEClient"),
        .package(path: "../WSETestServer"),
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
    ],
    targets: [
        // What the commands do, without a process around it, so that tests can look at it.
        .target(
            name: "WSEToolKit",
            dependencies: [
                "WSEWire", "WSECrypto", "WSEResilience", "WSETransport", "WSEClient", "WSETestServer",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "wse",
            dependencies: [
                "WSEToolKit",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "WSEToolTests",
            dependencies: ["WSEToolKit", "wse", "WSEClient", "WSETestServer", "WSEWire"],
            resources: [.copy("Frames")],
            swiftSettings: settings
        ),
    ]
)
