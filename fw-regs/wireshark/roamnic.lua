-- Packets of RoamNIC's migration protocol for Wireshark and tshark: -X lua_script:roamnic.lua
-- Generated from fw-regs; do not edit.

local wire = {
  udp_port = 0x12b7,
  bth_bytes = 0xc,
  aeth_bytes = 0x4,
  icrc_bytes = 0x4,
  nak_stopped = 0x65,
  acknowledge = 0x11,
  mig_eth_bytes = 0x1c,
  mig_eth_version = 0x1,
  at_version = 0x0,
  at_flags = 0x1,
  at_epoch = 0x4,
  at_source_qpn = 0x8,
  at_max_psn = 0xc,
  at_epsn = 0x10,
  at_authenticator = 0x14,
  moved_address_bytes = 0x10,
}

local messages = {
  [0x19] = "RESUME",
  [0x1a] = "RESUME_ACK",
  [0x1b] = "MOVED",
}

local roamnic = Proto("roamnic", "RoamNIC migration")

local fields = {
  message = ProtoField.string("roamnic.message", "Message"),
  psn = ProtoField.uint24("roamnic.psn", "PSN (una of the sender)", base.DEC_HEX),
  destination = ProtoField.uint24("roamnic.destination_qpn", "Destination QPN", base.HEX),
  msn = ProtoField.uint24("roamnic.msn", "MSN of the sender", base.DEC),
  stopped = ProtoField.uint24("roamnic.epoch", "Epoch", base.DEC_HEX),
  epoch = ProtoField.uint32("roamnic.epoch", "Epoch", base.DEC_HEX),
  version = ProtoField.uint8("roamnic.version", "Version", base.DEC),
  authenticated = ProtoField.bool("roamnic.authenticated", "Authenticated", 8, nil, 0x01),
  source = ProtoField.uint24("roamnic.source_qpn", "Source QPN", base.HEX),
  max = ProtoField.uint24("roamnic.max", "max (one past the highest PSN used)", base.DEC_HEX),
  epsn = ProtoField.uint24("roamnic.epsn", "ePSN (expected by the sender)", base.DEC_HEX),
  authenticator = ProtoField.bytes("roamnic.authenticator", "Authenticator"),
  address4 = ProtoField.ipv4("roamnic.moved_to.v4", "New address"),
  address6 = ProtoField.ipv6("roamnic.moved_to.v6", "New address"),
}
for _, field in pairs(fields) do
  table.insert(roamnic.fields, field)
end

local short = ProtoExpert.new("roamnic.short", "Frame ends inside the message", expert.group.MALFORMED, expert.severity.ERROR)
local long = ProtoExpert.new("roamnic.long", "Bytes behind the message", expert.group.MALFORMED, expert.severity.ERROR)
local unknown = ProtoExpert.new("roamnic.unknown", "Unknown version: nothing behind it is decoded", expert.group.UNDECODED, expert.severity.WARN)
local reserved = ProtoExpert.new("roamnic.reserved", "Reserved bits are set", expert.group.PROTOCOL, expert.severity.WARN)
roamnic.experts = { short, long, unknown, reserved }

local port = Field.new("udp.dstport")
local udp_start = Field.new("udp.srcport")
local udp_length = Field.new("udp.length")

local function tree_of(buffer, tree, at, length, name)
  local branch = tree:add(roamnic, buffer(at, length), "RoamNIC migration: " .. name)
  branch:add(fields.message, buffer(at, 1), name)
  branch:add(fields.destination, buffer(at + 5, 3))
  branch:add(fields.psn, buffer(at + 9, 3))
  return branch
end

local function say(pinfo, text)
  pinfo.cols.protocol = "RoamNIC"
  pinfo.cols.info = text
end

local function nak_stopped(buffer, pinfo, tree, at, left)
  if left ~= wire.bth_bytes + wire.aeth_bytes + wire.icrc_bytes then
    return
  end
  local aeth = at + wire.bth_bytes
  if buffer(aeth, 1):uint() ~= wire.nak_stopped then
    return
  end
  local branch = tree_of(buffer, tree, at, wire.bth_bytes + wire.aeth_bytes, "NAK_STOPPED")
  branch:add(fields.stopped, buffer(aeth + 1, 3))
  say(pinfo, string.format("NAK_STOPPED to QP 0x%06x: epoch %u has stopped, PSN %u",
    buffer(at + 5, 3):uint(), buffer(aeth + 1, 3):uint(), buffer(at + 9, 3):uint()))
end

local function moved_to(buffer, branch, at)
  local v4_mapped = buffer(at, 4):uint() == 0 and buffer(at + 4, 4):uint() == 0 and buffer(at + 8, 4):uint() == 0xffff
  if v4_mapped then
    branch:add(fields.address4, buffer(at + 12, 4))
    return tostring(buffer(at + 12, 4):ipv4())
  end
  branch:add(fields.address6, buffer(at, wire.moved_address_bytes))
  return tostring(buffer(at, wire.moved_address_bytes):ipv6())
end

local function message(buffer, pinfo, tree, at, left, name)
  local is_moved = name == "MOVED"
  local body = wire.bth_bytes + wire.aeth_bytes + wire.mig_eth_bytes
  if is_moved then
    body = body + wire.moved_address_bytes
  end
  local branch = tree_of(buffer, tree, at, math.min(body, left), name)
  if left < body + wire.icrc_bytes then
    branch:add_proto_expert_info(short)
    say(pinfo, name .. " [short]")
    return
  end
  if left > body + wire.icrc_bytes then
    branch:add_proto_expert_info(long)
  end
  local aeth = at + wire.bth_bytes
  local mig = aeth + wire.aeth_bytes
  branch:add(fields.msn, buffer(aeth + 1, 3))
  branch:add(fields.version, buffer(mig + wire.at_version, 1))
  if buffer(mig + wire.at_version, 1):uint() ~= wire.mig_eth_version then
    branch:add_proto_expert_info(unknown)
    say(pinfo, name .. " [unknown version]")
    return
  end
  branch:add(fields.authenticated, buffer(mig + wire.at_flags, 1))
  if buffer(mig + wire.at_flags, 1):bitfield(0, 7) ~= 0 or buffer(mig + wire.at_flags + 1, 2):uint() ~= 0
    or buffer(mig + wire.at_epoch, 1):uint() ~= 0 then
    branch:add_proto_expert_info(reserved)
  end
  branch:add(fields.epoch, buffer(mig + wire.at_epoch, 4))
  branch:add(fields.source, buffer(mig + wire.at_source_qpn, 3))
  branch:add(fields.max, buffer(mig + wire.at_max_psn, 3))
  branch:add(fields.epsn, buffer(mig + wire.at_epsn, 3))
  branch:add(fields.authenticator, buffer(mig + wire.at_authenticator, 8))
  local text = string.format("%s QP 0x%06x to 0x%06x: epoch %u", name, buffer(mig + wire.at_source_qpn, 3):uint(),
    buffer(at + 5, 3):uint(), buffer(mig + wire.at_epoch, 4):uint())
  if is_moved then
    text = text .. " is at " .. moved_to(buffer, branch, mig + wire.mig_eth_bytes)
  else
    text = text .. string.format(", una %u, max %u, ePSN %u", buffer(at + 9, 3):uint(),
      buffer(mig + wire.at_max_psn, 3):uint(), buffer(mig + wire.at_epsn, 3):uint())
  end
  say(pinfo, text)
end

function roamnic.dissector(buffer, pinfo, tree)
  local destination = port()
  if not destination or destination.value ~= wire.udp_port then
    return
  end
  local at = udp_start().offset + 8
  local left = math.min(udp_length().value - 8, buffer:len() - at)
  if left < wire.bth_bytes + wire.aeth_bytes then
    return
  end
  local opcode = buffer(at, 1):uint()
  if opcode == wire.acknowledge then
    nak_stopped(buffer, pinfo, tree, at, left)
  elseif messages[opcode] then
    message(buffer, pinfo, tree, at, left, messages[opcode])
  end
end

register_postdissector(roamnic)
