#!/usr/bin/env perl
# SPDX-License-Identifier: MIT
# Say one event to humed without ZeroMQ's library, speaking ZMTP 3.0 on a plain socket: say.pl SOCKET TASK MESSAGE.
#
# SOCKET is /run/hume/humed.sock. Ends with the code of humed's answer: 0, it is stored. docs/protocol.md says all of it.
use strict;
use warnings;
use Encode qw(decode);
use IO::Socket::UNIX;
use JSON::PP;
use Socket;
use Time::HiRes qw(time);

my ($path, $task, $message) = @ARGV;
if (@ARGV != 3) { print STDERR "say.pl SOCKET TASK MESSAGE\n"; exit 64 }
# What the shell hands over are bytes; JSON is made of characters, and what is no UTF-8 becomes U+FFFD.
($task, $message) = map { decode('UTF-8', $_) } $task, $message;
$SIG{ALRM} = sub { print STDERR "nobody answers: say it again, with the same id\n"; exit 75 };
alarm 2;

# A UUID of version 7: the time in ms, then chance.
sub make_id {
    my $time = sprintf '%012x', int(time() * 1000);
    my $chance = join '', map { sprintf '%04x', int rand 65536 } 1 .. 5;
    return join '-', substr($time, 0, 8), substr($time, 8), '7' . substr($chance, 0, 3), '8' . substr($chance, 4, 3),
        substr($chance, 7, 12);
}

sub take {
    my ($socket, $count) = @_;
    my $bytes = '';
    while (length $bytes < $count) {
        sysread($socket, $bytes, $count - length $bytes, length $bytes) or exit 75;
    }
    return $bytes;
}

# A frame: flags (1 more follow, 2 a long one, 4 a command), its length, its bytes.
sub take_frame {
    my ($socket) = @_;
    my $flags = unpack 'C', take($socket, 1);
    my $length = $flags & 2 ? unpack('Q>', take($socket, 8)) : unpack('C', take($socket, 1));
    return ($flags, take($socket, $length));
}

my $humed = IO::Socket::UNIX->new(Type => SOCK_STREAM, Peer => $path) or do { print STDERR "$path: $!\n"; exit 75 };
# Both sides greet; then READY goes both ways, and only when humed's is here may anything be said.
syswrite $humed, pack('C x8 C C C a20 C x31', 0xFF, 0x7F, 3, 0, 'NULL', 0);
take($humed, 64);
my $ready = "\x05READY" . "\x0BSocket-Type" . pack('N', 3) . 'REQ';
syswrite $humed, pack('C C', 4, length $ready) . $ready;
take_frame($humed);

my $event = encode_json({
    v => 1, id => make_id(), kind => 'log', time => 0 + sprintf('%d000', time() * 1e6), task => $task, message => $message,
});
# The empty frame of a request, then the event.
syswrite $humed, pack('C C', 1, 0) . (length $event > 255 ? pack('C Q>', 2, length $event) : pack('C C', 0, length $event)) . $event;
take_frame($humed);
my ($flags, $answer) = take_frame($humed);
my ($code, $id, $text) = split / /, $answer, 3;
print STDERR "$text\n" if $code;
exit $code;
