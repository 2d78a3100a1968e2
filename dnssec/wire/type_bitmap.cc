// SPDX-License-Identifier: Apache-2.0
#include "dnssec/wire/type_bitmap.h"

#include <algorithm>
#include <array>

namespace danesweep::wire {
namespace {

constexpr std::size_t kMaxWindowOctets = 32;

}  // namespace

Parsed<TypeBitmap> TypeBitmap::parse(Bytes windows) {
  Cursor in(windows);
  for (int last = -1; !in.at_end();) {
    const int number = in.u8();
    const std::size_t size = in.u8();
    in.take(size);
    if (in.failed() || number <= last || size == 0 || size > kMaxWindowOctets)
      return tl::unexpected(ParseError::BadBitmap);
    last = number;
  }
  return TypeBitmap(windows);
}

bool TypeBitmap::has(RrType type) const {
  const auto value = static_cast<std::uint16_t>(type);
  for (Cursor in(windows_); !in.at_end();) {
    const std::uint8_t number = in.u8();
    const Bytes bits = in.take(in.u8());
    if (number != value >> 8U) continue;
    const std::size_t octet = (value & 0xFFU) / 8;
    return octet < bits.size() && (bits[octet] & (0x80U >> (value & 7U))) != 0;
  }
  return false;
}

bool TypeBitmap::empty() const {
  for (Cursor in(windows_); !in.at_end();) {
    in.u8();
    const Bytes bits = in.take(in.u8());
    if (std::any_of(bits.begin(), bits.end(), [](std::uint8_t octet) { return octet != 0; })) return false;
  }
  return true;
}

std::vector<RrType> TypeBitmap::types() const {
  std::vector<RrType> types;
  for (Cursor in(windows_); !in.at_end();) {
    const unsigned window = in.u8();
    const Bytes bits = in.take(in.u8());
    for (unsigned bit = 0; bit < bits.size() * 8; ++bit)
      if ((bits[bit / 8] & (0x80U >> (bit % 8))) != 0) types.push_back(static_cast<RrType>(window << 8U | bit));
  }
  return types;
}

std::vector<std::uint8_t> encode_type_bitmap(std::span<const RrType> types) {
  std::vector<RrType> sorted(types.begin(), types.end());
  std::sort(sorted.begin(), sorted.end());
  std::vector<std::uint8_t> out;
  for (auto first = sorted.begin(); first != sorted.end();) {
    const unsigned window = static_cast<unsigned>(*first) >> 8U;
    std::array<std::uint8_t, kMaxWindowOctets> bits{};
    std::size_t used = 0;
    for (; first != sorted.end() && static_cast<unsigned>(*first) >> 8U == window; ++first) {
      const unsigned low = static_cast<unsigned>(*first) & 0xFFU;
      bits[low / 8] = static_cast<std::uint8_t>(bits[low / 8] | 0x80U >> (low % 8));
      used = low / 8 + 1;
    }
    out.push_back(static_cast<std::uint8_t>(window));
    out.push_back(static_cast<std::uint8_t>(used));
    out.insert(out.end(), bits.begin(), bits.begin() + static_cast<std::ptrdiff_t>(used));
  }
  return out;
}

}  // namespace danesweep::wire
