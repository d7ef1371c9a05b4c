#!/bin/sh
# First process of a guest. Loads the modules, then obeys lines "NUMBER COMMAND" from a virtio port; each
# command runs beside the others and answers "NUMBER|line" for each line that it prints, "NUMBER=STATUS" at its end.
/bin/busybox mkdir -p /busybox && /bin/busybox --install -s /busybox
export PATH=/usr/sbin:/usr/bin:/busybox HOME=/root LC_ALL=C
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev
mkdir -p /dev/shm /run /tmp /root
mount -t tmpfs tmpfs /dev/shm
mount -t tmpfs tmpfs /tmp
mount -t tmpfs tmpfs /run
while read -r module; do
    insmod "/modules/$module" || echo "cannot load $module"
done </modules/order
/usr/bin/ip link set lo up
ulimit -l unlimited
echo 7 >/proc/sys/kernel/printk

for port in /dev/vport*p1; do exec 3<>"$port"; done
echo "@ $(uname -r) $(cut -d' ' -f1 /proc/uptime)" >&3
while IFS= read -r line <&3; do
    number=${line%% *}
    command=${line#* }
    {
        {
            sh -c "$command" </dev/null 2>&1 3>&-
            printf '\n\001%d\n' $?
        } | while IFS= read -r text; do
            case $text in
            $(printf '\001')*) printf '%s=%s\n' "$number" "${text#?}" >&3 ;;
            *) printf '%s|%s\n' "$number" "$text" >&3 ;;
            esac
        done
    } &
done
poweroff -f
