#!/usr/bin/env perl
# A viewer of ws-stream in Perl's core modules alone (5.36 or newer), written from docs/protocol.md.
use v5.36;
use Digest::SHA 'sha1_base64';
use Encode  ();
use FindBin ();
use Getopt::Long;
use IO::Select     ();
use IO::Socket::IP ();
use List::Util qw(max min);
use MIME::Base64 'encode_base64';
use Socket 'MSG_NOSIGNAL';
use Time::HiRes qw(clock_gettime sleep CLOCK_MONOTONIC);
use lib $FindBin::Bin;
use Picture;
use Viewer;

my $USAGE = 'usage: ws_stream.pl ws://HOST[:PORT]/stream/NAME[?QUERY] [--save FILE.ppm [--count N]]'
    . ', or ws_stream.pl --conformance';

# --- The network ---

sub now { 1000 * clock_gettime(CLOCK_MONOTONIC) }
sub fail ($sentence) { say STDERR $sentence; exit 2 }

sub plain ($bytes) {    # a text of another machine: no terminal escapes, and short
    return substr Encode::decode('UTF-8', $bytes) =~ s/[\0-\x1f\x7f-\x9f]+/ /gr, 0, 200;
}

sub more ($socket, $buffer, $ms) {
    return IO::Select->new($socket)->can_read(max(0, $ms) / 1000) && sysread $socket, $$buffer, 1 << 16, length $$buffer;
}

sub presented {    # the header of a token, if the environment has one
    my $line = $ENV{WS_STREAM_TOKEN} // return;
    $line =~ /^(?:\w+:)?([\w-]{22,128})$/a or fail('WS_STREAM_TOKEN holds no token; right would be one as `ws-stream token` makes');
    return "Authorization: Bearer $1";
}

sub handshake ($host, $port, $path) {    # the socket of a stream, the HTTP status, what came after the header
    my $until  = now() + 10_000;
    my $key    = encode_base64(pack('L4', map { rand 2**32 } 1 .. 4), '');
    my $peer   = $host =~ s/[\[\]]//gr;
    my $socket = IO::Socket::IP->new(PeerHost => $peer, PeerPort => $port, Timeout => 10) or return undef, 0, $@;
    my $ask    = join "\r\n", "GET $path HTTP/1.1", "Host: $host:$port", 'Upgrade: websocket', 'Connection: Upgrade',
        "Sec-WebSocket-Key: $key", 'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Protocol: ws-stream.v1', presented(), '', '';
    send $socket, $ask, MSG_NOSIGNAL;
    my $answer = '';
    while ($answer !~ /\r\n\r\n/) {
        return undef, 0, 'no HTTP' if length $answer > 1 << 14 || !more($socket, \$answer, $until - now());
    }
    my ($head, $rest) = split /(?<=\r\n)\r\n/, $answer, 2;
    my $status = $head =~ m{^HTTP/1\.1 (\d{3})} ? $1 : 0;
    my $accept = sha1_base64("${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11") . '=';
    my $ours   = $head =~ /^Sec-WebSocket-Accept: *\Q$accept\E *\r$/im;
    $ours &&= $head =~ /^Sec-WebSocket-Protocol: *ws-stream\.v1 *\r$/im;
    return $ours ? $socket : undef, $status, $ours ? $rest : 'not of ws-stream.v1' if $status == 101;
    1 while length $rest < 1 << 14 && more($socket, \$rest, $until - now());
    return undef, $status, $rest;
}

sub frame ($buffer, $skip, $limit) {    # first byte and payload of the next one; bytes beyond the limit are dropped
    $$skip -= length substr $$buffer, 0, min($$skip, length $$buffer), '';
    return if $$skip || length $$buffer < 2;
    my ($first, $size) = unpack 'C2', $$buffer;
    return (0, '') if $size > 127;    # masked
    my ($start, $form) = $size == 126 ? (4, 'x2 n') : $size == 127 ? (10, 'x2 Q>') : (2, 'x C');
    return if length $$buffer < $start;
    $size = unpack $form, $$buffer;
    return if length $$buffer < $start + min($size, $limit);
    my $payload = substr substr($$buffer, 0, $start + min($size, $limit), ''), $start;
    $$skip = $size - length $payload;
    return ($first, $payload);
}

sub send_frame ($socket, $first, $payload) {
    my $mask = pack 'L', rand 2**32;
    my $size = length $payload < 126 ? pack 'C', 128 + length $payload : pack 'Cn', 254, length $payload;
    my $masked = $payload ^. substr $mask x up(length $payload, 4), 0, length $payload;
    send $socket, chr($first) . $size . $mask . $masked, MSG_NOSIGNAL;
}

sub follow ($viewer, $socket, $buffer, $show) {    # until the connection ends: by which code, and why
    my $skip = 0;
    while (1) {
        $viewer->{now} = now();
        my $held  = $viewer->{held};
        my $limit = 1 + max(4 * 65536, $held ? 65532 + $held->{height} * (12 + 3 + longest($held, 1)) : 0);
        if (my ($first, $payload) = frame(\$buffer, \$skip, $limit)) {
            return length $payload >= 2 ? unpack 'n a*', $payload : (1005, '') if $first == 0x88;
            my $answer = $first == 0x81 ? text($viewer, $payload) : $first == 0x82 ? binary($viewer, $payload) : '';
            send_frame($socket, 0x8a, $payload) if $first == 0x89;
            send_frame($socket, 0x81, $_) for splice $viewer->{says}->@*;
            if ($answer eq 'close' || $first !~ /^(?:129|130|137|138)$/) {
                send_frame($socket, 0x88, pack 'n', 1002);
                return 1006, 'the server broke the protocol';
            }
            $show->($first == 0x81 && $answer eq 'ok' ? object($payload)->{type} : $answer);
        } elsif (more($socket, \$buffer, $viewer->{heard} + 10_000 - now())) {
            $viewer->{heard} = now();
        } else {
            return 1006, 'the connection was lost';
        }
    }
}

sub save ($held, $file) {
    my $ppm = "P6\n$held->{width} $held->{height}\n255\n" . rgb($held);
    my $open = open my $out, '>:raw', $file;
    fail("'$file' cannot be written: $!") if !$open || !print({$out} $ppm) || !close $out;
}

sub watch ($url, $save, $count) {
    my ($host, $port, $path) = $url =~ m{^ws://(\[[\da-f:.]+\]|[\w.-]+)(?::(\d+))?(/[!-~]*)$}i
        or fail("'$url' is no address; $USAGE");
    my ($viewer, $saved) = (new_viewer(), 0);
    my $show = sub ($what) {
        my $held = $viewer->{held};
        if ($save && $what eq 'applied') {
            $saved++;
            save($held, $count == 1 ? $save : $save =~ s/(?=\.[^.\/]*$|$)/-$saved/r);
            exit if $saved == $count;
        } elsif (!$save && $held && $what =~ $REPORT) {
            my @age = age($viewer);
            say "$what: picture $held->{number}, $held->{width}x$held->{height} $held->{format}",
                @age ? sprintf ', %.1f to %.1f ms old', @age : '';
        }
    };
    while (1) {
        my ($socket, $status, $rest) = handshake($host, $port // 80, $path);
        $viewer->{now} = now();
        connected($viewer);
        my ($code, $reason) = $socket ? follow($viewer, $socket, $rest, $show) : ($status, $rest);
        close $socket if $socket;
        my $wait = $socket ? closed($viewer, $code) : answered($viewer, $status);
        my $sentence = ($socket ? "closed with $code: " : $code ? "HTTP $code: " : 'no answer: ') . plain($reason);
        fail($sentence) if !defined $wait;
        say STDERR $sentence;
        sleep $wait / 1000;
    }
}

# --- The line protocol of tests/vectors/README.md ---

sub conformance {
    my ($viewer, $session, $kept) = (new_viewer(), 0);
    my $retry    = sub ($ms) { defined $ms ? 'retry ' . int $ms : 'final' };
    my %commands = (
        conformance => sub ($version) {
            join ' ', 'conformance 1 perl marked lz4 copy', sort(keys %FORMATS),
                qw(checksum side-data rgb control session resync silence retry long-texts http);
        },
        announce => sub (@words) {
            my %stream;
            @stream{qw(epoch format width height)} = @words;
            return 'refused' if !fits(\%stream);
            ($viewer->{held}, $session) = ($kept = blank(\%stream), 0);
            return 'ok';
        },
        hold => sub ($number = undef, $pixels = '') {
            $kept = { %$kept, number => $number, pixels => pack 'H*', $pixels } if defined $number;
            $viewer->@{qw(held resyncing)} = ($kept, 0);
            return 'ok';
        },
        picture => sub ($message) {
            my $answer = binary($viewer, pack 'H*', $message =~ s/^-$//r);
            return $answer if $answer ne 'applied';
            my $held = $viewer->{held};
            my $side = unpack('H*', $held->{side}) || '-';
            my $due  = $held->{due} ? 'ack' : 'no-ack';
            return sprintf 'applied %u %u %08x %s %s', $held->@{qw(number time)}, crc($held->{pixels}), $due, $side;
        },
        rgb     => sub { 'rgb ' . unpack 'H*', rgb($viewer->{held}) },
        begin   => sub { ($viewer, $session) = (new_viewer(), 1); 'ok' },
        connect => sub { connected($viewer); 'ok' },
        server  => sub ($text) { text($viewer, pack 'H*', $text =~ s/^-$//r) },
        time    => sub ($ms) { ($viewer->{now} = $ms) >= ($viewer->{heard} // $ms) + 10_000 ? 'lost' : 'ok' },
        resync  => sub { resync($viewer); 'ok' },
        closed  => sub ($code) { $retry->(closed($viewer, $code)) },
        http    => sub ($status) { $retry->(answered($viewer, $status)) },
    );
    while (my $line = <STDIN>) {
        my ($command, @words) = split ' ', $line;
        if (!defined $command) { STDOUT->flush; next }
        my $answer = exists $commands{$command} ? $commands{$command}->(@words) : 'unknown';
        my @says   = map { unpack 'H*', $_ } splice $viewer->{says}->@*;
        say join ' ', $answer, $session ? @says : ();
    }
}

binmode STDERR, ':utf8';
my ($save, $count, $conformance);
{
    local $SIG{__WARN__} = sub ($warning) { fail($warning =~ s/\n//r . "; $USAGE") };
    GetOptions('save=s' => \$save, 'count=i' => \$count, conformance => \$conformance);
}
if ($conformance) {
    fail($USAGE) if @ARGV || defined $save || defined $count;
    conformance();
} else {
    fail($USAGE) if @ARGV != 1 || defined $count && ($count < 1 || !defined $save);
    STDOUT->autoflush;
    watch($ARGV[0], $save, $count // 1);
}
